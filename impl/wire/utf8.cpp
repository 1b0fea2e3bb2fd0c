#include "impl/wire/utf8.hpp"

#include <cstdint>

namespace vox::wire {

namespace {

// The well-formed byte sequences of the Unicode standard (table 3-7): by first byte, how many
// continuation bytes follow and which range the first of them must lie in.
struct Lead {
  std::uint8_t first_min, first_max, continuations, second_min, second_max;
};
constexpr Lead leads[] = {
    {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

// Length of the multi-byte character at the front, or 0 if there is none.
std::size_t character_length(ByteView bytes) {
  auto const byte_at = [&](std::size_t i) { return std::to_integer<std::uint8_t>(bytes[i]); };
  for (auto const& lead : leads) {
    if (byte_at(0) < lead.first_min || byte_at(0) > lead.first_max) continue;
    if (bytes.size() <= lead.continuations) return 0;
    if (byte_at(1) < lead.second_min || byte_at(1) > lead.second_max) return 0;
    for (std::size_t i = 2; i <= lead.continuations; ++i) {
      if (byte_at(i) < 0x80 || byte_at(i) > 0xBF) return 0;
    }
    return lead.continuations + 1uz;
  }
  return 0;
}

}  // namespace

bool detail::is_utf8_beyond_ascii(ByteView bytes) {
  while (!bytes.empty()) {
    if (bytes.size() >= 8 && is_ascii(bytes.first(8))) {
      bytes = bytes.subspan(8);
      continue;
    }
    std::size_t const length =
        std::to_integer<std::uint8_t>(bytes[0]) < 0x80 ? 1 : character_length(bytes);
    if (length == 0) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace vox::wire
