#include "impl/wire/letter_case.hpp"

#include "impl/wire/bytes.hpp"
#include "impl/wire/utf8.hpp"

#include <algorithm>
#include <iterator>

namespace vox::wire {

namespace {

// Capitals that lie apart from their small letters by a fixed distance.
struct Block {
  char32_t first, last;
  std::int32_t to_small;
};
constexpr Block blocks[] = {
    {0xC0, 0xD6, 32},   {0xD8, 0xDE, 32},   {0x178, 0x178, -121}, {0x386, 0x386, 38},
    {0x388, 0x38A, 37}, {0x38C, 0x38C, 64}, {0x38E, 0x38F, 63},   {0x391, 0x3A1, 32},
    {0x3A3, 0x3AB, 32}, {0x400, 0x40F, 80}, {0x410, 0x42F, 32},   {0x531, 0x556, 48},
};

// Capitals that take turns with their small letters, beginning with a capital.
struct Pairs {
  char32_t first, last;
};
constexpr Pairs pairs[] = {{0x100, 0x12F}, {0x132, 0x137}, {0x139, 0x148},
                           {0x14A, 0x177}, {0x179, 0x17E}, {0x460, 0x481},
                           {0x48A, 0x4BF}, {0x4C1, 0x4CE}, {0x4D0, 0x52F}};

// Small letters without a capital among the above.
constexpr char32_t lone_small[] = {0xAA,  0xB5,  0xBA,  0xDF,  0x131, 0x138,
                                   0x149, 0x17F, 0x390, 0x3B0, 0x3C2};

struct Cased {
  char32_t small;
  LetterCase letter_case;
};

Cased cased(char32_t c) {
  for (auto const& block : blocks) {
    auto const small = static_cast<char32_t>(static_cast<std::int32_t>(c) + block.to_small);
    if (c >= block.first && c <= block.last) return {small, LetterCase::capital};
    auto const capital = static_cast<char32_t>(static_cast<std::int32_t>(c) - block.to_small);
    if (capital >= block.first && capital <= block.last) return {c, LetterCase::small};
  }
  for (auto const& [first, last] : pairs) {
    if (c < first || c > last) continue;
    bool const is_capital = (c - first) % 2 == 0;
    return is_capital ? Cased{c + 1, LetterCase::capital} : Cased{c, LetterCase::small};
  }
  bool const is_small = std::ranges::find(lone_small, c) != std::end(lone_small);
  return {c, is_small ? LetterCase::small : LetterCase::none};
}

struct Decoded {
  char32_t character;
  std::size_t bytes;
};

Decoded decoded(std::string_view text) {
  auto const byte_at = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  auto const lead = byte_at(0);
  auto const bytes = 1uz + (lead >= 0xC0 ? 1 : 0) + (lead >= 0xE0 ? 1 : 0) + (lead >= 0xF0 ? 1 : 0);
  if (bytes == 1 || !is_utf8(as_bytes(text.substr(0, bytes)))) return {lead, 1};
  char32_t character = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i)
    character = character << 6U | (byte_at(i) & 0x3FU);
  return {character, bytes};
}

}  // namespace

Letter letter_at(std::string_view text) {
  // Names are ASCII almost always, and need no tables then.
  auto const first = static_cast<unsigned char>(text.front());
  if (first >= 'A' && first <= 'Z') {
    return {.small = char32_t{first} + 32, .letter_case = LetterCase::capital};
  }
  if (first < 0x80) {
    bool const is_small = first >= 'a' && first <= 'z';
    return {.small = first, .letter_case = is_small ? LetterCase::small : LetterCase::none};
  }
  auto const [character, bytes] = decoded(text);
  // A stray byte must not pass for the Latin letter of the same number.
  if (bytes == 1) return {.small = character};
  auto const [small, letter_case] = cased(character);
  return {.small = small, .letter_case = letter_case, .bytes = bytes};
}

}  // namespace vox::wire
