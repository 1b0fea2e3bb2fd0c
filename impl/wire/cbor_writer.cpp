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
  if (argument < 24) return put(static_cast<unsigned>(argument));
  unsigned const exponent = argument <= 0xFF         ? 0
                            : argument <= 0xFFFF     ? 1
                            : argument <= 0xFFFFFFFF ? 2
                                                     : 3;
  put(24 + exponent);
  put_big_endian(argument, 1uz << exponent);
}

void CborWriter::put_int(std::int64_t value) {
  if (value >= 0) return put_uint(static_cast<std::uint64_t>(value));
  put_negative(~static_cast<std::uint64_t>(value));
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
