#pragma once
#include "impl/wire/bytes.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

namespace vox::wire {

// A growing byte buffer that keeps its room when it is cleared, so that encoding one message after
// the other allocates nothing once the largest has been seen.
class Buffer {
 public:
  void clear() { size_ = 0; }
  // Forgets what was put after the first `size` bytes.
  void truncate(std::size_t size) { size_ = std::min(size_, size); }
  // Gives back the room of an empty buffer if it is above `bytes_max`.
  void give_back_above(std::size_t bytes_max) {
    if (size_ == 0 && room_.size() > bytes_max) room_ = Bytes{};
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] ByteView view() const { return {room_.data(), size_}; }
  [[nodiscard]] Bytes take() const& { return to_bytes(view()); }
  // The bytes with the room they stand in, which may be larger.
  [[nodiscard]] Bytes take() && {
    room_.resize(std::exchange(size_, 0));
    return std::exchange(room_, {});
  }

  // Room for `count` more bytes; the caller fills it and then calls advance.
  [[nodiscard]] std::byte* reserve(std::size_t count) {
    if (room_.size() - size_ < count) grow(count);
    return room_.data() + size_;
  }
  void advance(std::size_t count) { size_ += count; }
  // Not for bytes that stand in this buffer.
  void append(ByteView bytes) {
    if (room_.size() - size_ < bytes.size()) return append_growing(bytes);
    std::memcpy(room_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  [[nodiscard]] std::byte* at(std::size_t offset) { return room_.data() + offset; }

 private:
  void grow(std::size_t count) {
    auto const wanted = size_ + count;
    room_.resize(wanted <= room_.capacity() ? room_.capacity()
                                            : std::max(2 * room_.size(), wanted + slack));
  }
  // Copies to where no bytes are yet, so that the room is not written twice.
  void append_growing(ByteView bytes) {
    room_.resize(size_);
    auto const wanted = size_ + bytes.size();
    if (room_.capacity() < wanted) room_.reserve(std::max(2 * size_, wanted + slack));
    room_.insert(room_.end(), bytes.begin(), bytes.end());
    size_ = room_.size();
  }

  static constexpr std::size_t slack = 64;

  Bytes room_;
  std::size_t size_ = 0;
};

// Appends postcard fields to a buffer in one pass; it cannot fail.
// r[impl zerocopy.framing.single-pass]
class Writer {
 public:
  explicit Writer(Buffer& out) : out_{&out} {}

  void put_u8(std::uint8_t value) {
    *out_->reserve(1) = static_cast<std::byte>(value);
    out_->advance(1);
  }
  void put_bool(bool value) { put_u8(value ? 1 : 0); }
  void put_u32_le(std::uint32_t value) { put_little_endian(value, 4); }
  void put_u64_le(std::uint64_t value) { put_little_endian(value, 8); }
  void put_varint(std::uint64_t value) {
    auto* const room = out_->reserve(10);
    std::size_t length = 0;
    while (value >= 0x80) {
      room[length++] = static_cast<std::byte>(value | 0x80U);
      value >>= 7U;
    }
    room[length++] = static_cast<std::byte>(value);
    out_->advance(length);
  }
  void put_zigzag(std::int64_t value) {
    auto const bits = static_cast<std::uint64_t>(value);
    put_varint((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  void put_bytes(ByteView bytes) {
    if (bytes.size() > short_bytes_max) return out_->append(bytes);
    copy_short(out_->reserve(short_bytes_max), bytes);
    out_->advance(bytes.size());
  }
  void put_sized_bytes(ByteView bytes) {
    put_varint(bytes.size());
    put_bytes(bytes);
  }
  void put_text(std::string_view text) { put_sized_bytes(as_bytes(text)); }
  // An opaque field whose bytes are at hand.
  void put_opaque(ByteView bytes) {
    VOX_ASSERT(bytes.size() <= std::numeric_limits<std::uint32_t>::max());
    put_u32_le(static_cast<std::uint32_t>(bytes.size()));
    put_bytes(bytes);
  }
  // An opaque field that is encoded in place: what is put between begin and end is its content, and
  // the length is patched in at the end.
  [[nodiscard]] std::size_t begin_opaque() {
    put_u32_le(0);
    return out_->size();
  }
  void end_opaque(std::size_t begin) {
    auto const length = out_->size() - begin;
    VOX_ASSERT(length <= std::numeric_limits<std::uint32_t>::max());
    store_little_endian(out_->at(begin - 4), length, 4);
  }

 private:
  static constexpr std::size_t short_bytes_max = 16;

  // Most runs on the wire are short: two words that may overlap copy them without a call.
  static void copy_short(std::byte* room, ByteView bytes) {
    auto const size = bytes.size();
    if (size >= 8) {
      copy_ends<std::uint64_t>(room, bytes);
    } else if (size >= 4) {
      copy_ends<std::uint32_t>(room, bytes);
    } else {
      for (std::size_t i = 0; i < size; ++i)
        room[i] = bytes[i];
    }
  }
  template <class Word>
  static void copy_ends(std::byte* room, ByteView bytes) {
    Word first = 0;
    Word last = 0;
    auto const last_at = bytes.size() - sizeof(Word);
    std::memcpy(&first, bytes.data(), sizeof first);
    std::memcpy(&last, bytes.data() + last_at, sizeof last);
    std::memcpy(room, &first, sizeof first);
    std::memcpy(room + last_at, &last, sizeof last);
  }
  static void store_little_endian(std::byte* room, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
      room[i] = static_cast<std::byte>(value >> (8 * i));
    }
  }
  void put_little_endian(std::uint64_t value, std::size_t width) {
    store_little_endian(out_->reserve(width), value, width);
    out_->advance(width);
  }

  Buffer* out_;
};

}  // namespace vox::wire
