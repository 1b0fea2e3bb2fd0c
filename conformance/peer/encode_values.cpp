#include "conformance/peer/encode_values.hpp"

#include "conformance/peer/fault.hpp"
#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/typed_value.hpp"

#include <utility>

namespace voxspec {

using vox::Bytes;

namespace {

// More than this in one item is a slip, not a test: the largest payload that a link takes is 64
// MiB.
constexpr std::size_t item_bytes_max = 256uz << 20;

}  // namespace

void refuse(std::string what) {
  throw Fault{.where = {}, .what = std::move(what), .advice = {}};
}

// A template that is fully resolved holds no names; one that does was not.
std::string literal(Json const& value) {
  if (is_name(value)) refuse("the name " + value.get<std::string>() + " is not bound");
  auto text = value.get<std::string>();
  return text.starts_with("$$") ? text.substr(1) : text;
}

std::uint64_t number(Json const& value) {
  if (is_name(value)) refuse("the name " + value.get<std::string>() + " is not bound");
  auto const found = number_from(value);
  if (!found) refuse("a number is wanted in place of " + value.dump());
  return *found;
}

Bytes bytes_of(Json const& value) {
  if (is_name(value)) refuse("the name " + value.get<std::string>() + " is not bound");
  if (value.is_string())
    return vox::from_hex(value.get_ref<std::string const&>()).value_or(Bytes{});
  if (value.contains("as")) {
    return encode_typed(value["as"].get_ref<std::string const&>(), Place{value["value"], {}});
  }
  auto once = vox::from_hex(value.at("hex").get_ref<std::string const&>()).value_or(Bytes{});
  if (!value.contains("times")) return once;
  auto const times = number(value["times"]);
  if (!once.empty() && times > item_bytes_max / once.size()) refuse("the item is too long");
  Bytes all;
  all.reserve(once.size() * times);
  for (auto left = once.empty() ? 0 : times; left > 0; --left) {
    all.insert(all.end(), once.begin(), once.end());
  }
  return all;
}

std::uint8_t parity_index(Json const& value) {
  auto const word = literal(value);
  if (word != "odd" && word != "even") {
    refuse("the parity '" + word + "' depends on the session's, which is not known here");
  }
  return word == "odd" ? 0 : 1;
}

}  // namespace voxspec
