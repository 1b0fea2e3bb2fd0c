#pragma once
#include "conformance/peer/value.hpp"
#include "conformance/peer/value_json.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

// How the writers of frames ask for the values that their fields hold.
namespace voxspec {

// Caught in encode(): a value that its field cannot hold.
struct Unwritable {
  std::string what;
};

template <class Wanted>
[[nodiscard]] Wanted const& as(Value const& value, std::string_view name, std::string_view what) {
  auto const* const wanted = value.get<Wanted>();
  if (wanted != nullptr) return *wanted;
  throw Unwritable{"a value does not fit its field: " + std::string{name} + " is " +
                   std::string{what} + ", not " +
                   value_json(value).dump(-1, ' ', false, Json::error_handler_t::replace)};
}

[[nodiscard]] inline std::uint64_t number_of(
    Value const& value, std::string_view name,
    std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
  auto const number = as<std::uint64_t>(value, name, "a number");
  if (number > max) throw Unwritable{std::string{name} + " is too large for its field"};
  return number;
}

[[nodiscard]] inline Value const& at(Record const& record, std::string_view name) {
  auto const* const found = record.find(name);
  if (found == nullptr) throw Unwritable{"the field '" + std::string{name} + "' is missing"};
  return *found;
}

[[nodiscard]] inline unsigned parity_index(Value const& value) {
  auto const& word = as<std::string>(value, "parity", "a parity");
  if (word != "odd" && word != "even") throw Unwritable{"'" + word + "' is no parity"};
  return word == "odd" ? 0 : 1;
}

}  // namespace voxspec
