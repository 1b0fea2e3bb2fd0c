#include "conformance/peer/numbers.hpp"

#include <array>
#include <charconv>

namespace voxspec {

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
  std::string_view text = value.get_ref<std::string const&>();
  auto const is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  std::uint64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const [stopped, error] = std::from_chars(text.data(), end, number, is_hex ? 16 : 10);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

Json hex_json(vox::ByteView bytes) {
  return Json{{"hex", vox::to_hex(bytes)}};
}

}  // namespace voxspec
