#include "impl/wire/cbor_writer.hpp"

#include <bit>

namespace vox::wire {

void CborWriter::put_big_endian(std::uint64_t value, std::size_t width) {
  auto* const room = out_->reserve(width);
  for (std::size_t i = 0; i < width; ++i) {
    room[i] = static_cast<std::byte>(value >> (8 * (width - 1 - i)));
  }
  out_->advance(width);
}

void CborWriter::put_head(unsigned major, std::uint64_t argument) {
  auto const put = [&](unsigned info) { put_byte(static_cast<std::uint8_t>(major << 5U | info)); };
  if (argument < 24) {
    put(static_cast<unsigned>(argument));
    return;
  }
  // 1, 2, 4 or 8 bytes, whichever holds it first.
  auto const bytes = static_cast<unsigned>(std::bit_width(argument) + 7) / 8;
  auto const exponent = static_cast<unsigned>(std::bit_width(bytes - 1));
  put(24 + exponent);
  put_big_endian(argument, 1uz << exponent);
}

void CborWriter::put_int(std::int64_t value) {
  auto const bits = static_cast<std::uint64_t>(value);
  if (value >= 0) {
    put_uint(bits);
  } else {
    put_negative(~bits);
  }
}

void CborWriter::put_bytes(ByteView bytes) {
  put_head(2, bytes.size());
  put_encoded(bytes);
}

void CborWriter::put_text(std::string_view text) {
  put_head(3, text.size());
  put_encoded(as_bytes(text));
}

void CborWriter::put_float64(double value) {
  put_byte(0xFB);
  put_big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

}  // namespace vox::wire
