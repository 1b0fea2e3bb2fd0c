#include "conformance/peer/value.hpp"

#include <algorithm>

namespace voxspec {

Value const* Record::find(std::string_view name) const {
  auto const found = std::ranges::find(entries, name, &Entry::name);
  return found == entries.end() ? nullptr : &found->value;
}
Value* Record::find(std::string_view name) {
  auto const found = std::ranges::find(entries, name, &Entry::name);
  return found == entries.end() ? nullptr : &found->value;
}
Value& Record::operator[](std::string_view name) {
  if (auto* const found = find(name)) return *found;
  entries.push_back({.name = std::string{name}, .value = {}});
  return entries.back().value;
}

bool Record::operator==(Record const&) const = default;
bool Pairs::operator==(Pairs const&) const = default;
bool Tagged::operator==(Tagged const&) const = default;
bool Foreign::operator==(Foreign const&) const = default;
bool Value::operator==(Value const&) const = default;

std::optional<std::uint64_t> Value::number() const {
  auto const* const number = get<std::uint64_t>();
  return number == nullptr ? std::nullopt : std::optional{*number};
}
std::optional<std::string_view> Value::text() const {
  auto const* const text = get<std::string>();
  return text == nullptr ? std::nullopt : std::optional<std::string_view>{*text};
}

Value number_value(std::int64_t number) {
  if (number >= 0) return static_cast<std::uint64_t>(number);
  return number;
}

}  // namespace voxspec
