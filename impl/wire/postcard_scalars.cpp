#include "impl/wire/postcard_scalars.hpp"

#include "spec/assert.hpp"

#include <array>
#include <bit>

namespace vox::wire {

void put_float(Writer& writer, float value) {
  writer.put_u32_le(std::bit_cast<std::uint32_t>(value));
}

void put_float(Writer& writer, double value) {
  writer.put_u64_le(std::bit_cast<std::uint64_t>(value));
}

float take_float(Reader& reader) {
  return std::bit_cast<float>(reader.take_u32_le());
}

double take_double(Reader& reader) {
  return std::bit_cast<double>(reader.take_u64_le());
}

void put_character(Writer& writer, char32_t character) {
  VOX_ASSERT(character < 0xD800 || (character > 0xDFFF && character <= 0x10FFFF));
  auto const length = 1uz + (character >= 0x80 ? 1 : 0) + (character >= 0x800 ? 1 : 0) +
                      (character >= 0x10000 ? 1 : 0);
  writer.put_varint(length);
  constexpr std::array<std::uint8_t, 5> leads{0, 0, 0xC0, 0xE0, 0xF0};
  auto shift = 6 * static_cast<unsigned>(length - 1);
  writer.put_u8(static_cast<std::uint8_t>(leads[length] | character >> shift));
  while (shift > 0) {
    shift -= 6;
    writer.put_u8(static_cast<std::uint8_t>(0x80U | (character >> shift & 0x3FU)));
  }
}

char32_t take_character(Reader& reader) {
  auto const text = as_bytes(reader.take_text());
  if (text.empty()) return reader.fail("a character is an empty text"), U'\0';
  // The text is known to be UTF-8, so the first byte tells the length of the first character.
  auto const lead = std::to_integer<std::uint8_t>(text[0]);
  auto const length = lead < 0x80 ? 1uz : static_cast<std::size_t>(std::countl_one(lead));
  if (text.size() > length && reader.strictness() == Strictness::strict) {
    return reader.fail("a character is a text of several"), U'\0';
  }
  char32_t character = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    character = character << 6U | (std::to_integer<std::uint8_t>(text[i]) & 0x3FU);
  }
  return character;
}

void put_varint_128(Writer& writer, U128 value) {
  while (value >= 0x80) {
    writer.put_u8(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7U;
  }
  writer.put_u8(static_cast<std::uint8_t>(value));
}

void put_zigzag_128(Writer& writer, I128 value) {
  auto const bits = static_cast<U128>(value);
  put_varint_128(writer, (bits << 1U) ^ (value < 0 ? ~U128{0} : U128{0}));
}

U128 take_varint_128(Reader& reader) {
  bool const strict = reader.strictness() == Strictness::strict;
  U128 value = 0;
  for (unsigned shift = 0; shift < 133; shift += 7) {
    auto const byte = reader.take_u8();
    auto const bits = static_cast<U128>(byte & 0x7FU);
    if (strict && shift == 126 && bits > 3) return reader.fail("a varint exceeds 128 bits"), 0;
    value |= bits << shift;
    if (byte < 0x80) return reader.failed() ? 0 : value;
  }
  return reader.fail("a varint is longer than 19 bytes"), 0;
}

I128 take_zigzag_128(Reader& reader) {
  auto const value = take_varint_128(reader);
  return static_cast<I128>((value >> 1U) ^ (~(value & 1U) + 1U));
}

}  // namespace vox::wire
