#pragma once
#include "impl/wire/reader.hpp"
#include "impl/wire/shape.hpp"
#include "impl/wire/writer.hpp"

// The postcard scalars that only application values have; messages do without them.
namespace vox::wire {

// Floats are their little-endian bits, whatever NaN they hold.
void put_float(Writer& writer, float value);
void put_float(Writer& writer, double value);
[[nodiscard]] float take_float(Reader& reader);
[[nodiscard]] double take_double(Reader& reader);

// A character is a text of that one character. 0.4.0 takes the first of a longer text.
void put_character(Writer& writer, char32_t character);
[[nodiscard]] char32_t take_character(Reader& reader);

// Varints of at most 19 bytes; signed numbers are zigzag over 128 bits.
void put_varint_128(Writer& writer, U128 value);
void put_zigzag_128(Writer& writer, I128 value);
[[nodiscard]] U128 take_varint_128(Reader& reader);
[[nodiscard]] I128 take_zigzag_128(Reader& reader);

}  // namespace vox::wire
