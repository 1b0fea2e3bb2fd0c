#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/writer.hpp"

#include <cstdint>
#include <string_view>

namespace vox::wire {

// Appends CBOR items to a buffer in one pass, with definite lengths and the shortest heads. It
// cannot fail; that arrays and maps get as many items as they announce is up to the caller.
class CborWriter {
 public:
  explicit CborWriter(Buffer& out) : out_{&out} {}

  void put_uint(std::uint64_t value) { put_head(0, value); }
  // The number -1 - n.
  void put_negative(std::uint64_t n) { put_head(1, n); }
  void put_int(std::int64_t value);
  void put_bytes(ByteView bytes);
  void put_text(std::string_view text);
  // Heads of an array of `count` items, of a map of `count` pairs of key and value.
  void put_array(std::uint64_t count) { put_head(4, count); }
  void put_map(std::uint64_t count) { put_head(5, count); }
  void put_tag(std::uint64_t tag) { put_head(6, tag); }
  void put_bool(bool value) { put_byte(value ? 0xF5 : 0xF4); }
  void put_null() { put_byte(0xF6); }
  void put_undefined() { put_byte(0xF7); }
  void put_float64(double value);
  // One item, or several, that are CBOR already.
  void put_encoded(ByteView items) { Writer{*out_}.put_bytes(items); }

 private:
  void put_byte(std::uint8_t byte) { Writer{*out_}.put_u8(byte); }
  void put_head(unsigned major, std::uint64_t argument);
  void put_big_endian(std::uint64_t value, std::size_t width);

  Buffer* out_;
};

}  // namespace vox::wire
