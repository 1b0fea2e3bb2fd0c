#include "conformance/peer/numbers.hpp"

#include <array>
#include <charconv>

namespace voxspec {
namespace {

// The whole text as a number of that base, if it is one that the type holds.
template <class Number>
std::optional<Number> digits_from(std::string_view text, int base) {
  Number number = 0;
  auto const* const begin = text.data();
  auto const* const end = begin + text.size();
  auto const [stopped, error] = std::from_chars(begin, end, number, base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

Json number_json(std::uint64_t value) {
  if (value <= plain_number_max) return value;
  return std::to_string(value);
}

Json hash_json(std::uint64_t value) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "0x";
  for (unsigned shift = 64; shift > 0; shift -= 4) {
    text += digits[(value >> (shift - 4)) & 0xFU];
  }
  return text;
}

std::optional<std::uint64_t> number_from(Json const& value) {
  if (value.is_number_integer()) {
    if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0) return std::nullopt;
    return value.get<std::uint64_t>();
  }
  if (!value.is_string()) return std::nullopt;
  std::string_view const text = value.get_ref<std::string const&>();
  if (text.starts_with("0x")) return digits_from<std::uint64_t>(text.substr(2), 16);
  return digits_from<std::uint64_t>(text, 10);
}

std::optional<std::int64_t> signed_number_from(Json const& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > plain_number_max) {
    return std::nullopt;
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return std::nullopt;
  return digits_from<std::int64_t>(value.get_ref<std::string const&>(), 10);
}

Json hex_json(vox::ByteView bytes) {
  return Json{{"hex", vox::to_hex(bytes)}};
}

}  // namespace voxspec
