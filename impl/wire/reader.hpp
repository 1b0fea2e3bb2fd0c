#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/violation.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace vox::wire {

// How much a decoder forgives. `strict` takes what the specification allows and nothing else;
// `vox_0_4` also takes what 0.4.0 takes: over-long varints, numbers too wide for their type (cut
// down), and trailing bytes. Neither ever reads out of bounds or allocates on a claimed length.
enum class Strictness : std::uint8_t { strict, vox_0_4 };

// Takes postcard fields off the front of a payload; never reads past its end.
//
// The first failure sticks: from then on every take returns an empty value and the reader counts as
// exhausted, so that a decoder can be written as a list of fields and asks once, by result(), how
// it went. Views point into the payload, whose owner keeps it alive.
class Reader {
 public:
  explicit Reader(ByteView payload, Rule rule, Strictness strictness = Strictness::strict)
      : begin_{payload.data()},
        next_{payload.data()},
        end_{payload.data() + payload.size()},
        rule_{rule},
        strictness_{strictness} {}

  [[nodiscard]] std::uint8_t take_u8() {
    if (next_ == end_) return fail("the payload ends inside a byte field"), std::uint8_t{};
    return std::to_integer<std::uint8_t>(*next_++);
  }
  [[nodiscard]] bool take_bool();
  [[nodiscard]] std::uint32_t take_u32_le();
  [[nodiscard]] std::uint64_t take_u64_le();
  [[nodiscard]] std::uint64_t take_varint() {
    // Almost every number on the wire is below 128.
    if (next_ != end_ && std::to_integer<std::uint8_t>(*next_) < 0x80) {
      return std::to_integer<std::uint64_t>(*next_++);
    }
    return take_long_varint();
  }
  // A varint that has to fit 32 or 16 bits; 0.4.0 cuts it down instead of failing.
  [[nodiscard]] std::uint32_t take_varint_u32();
  [[nodiscard]] std::uint16_t take_varint_u16();
  [[nodiscard]] std::int64_t take_zigzag();
  // A run of bytes, of text, preceded by its length as a varint.
  [[nodiscard]] ByteView take_sized_bytes();
  [[nodiscard]] std::string_view take_text();
  // An opaque field: its length stands before it as 4 little-endian bytes.
  [[nodiscard]] ByteView take_opaque();
  // Exactly so many bytes.
  [[nodiscard]] ByteView take_exactly(std::uint64_t count);
  // A count of elements that each need at least `element_bytes_min` bytes: a claim that the rest of
  // the payload cannot hold fails here, before anyone makes room for it.
  [[nodiscard]] std::uint64_t take_count(std::size_t element_bytes_min);
  // The index of an enum variant below `variant_count`.
  [[nodiscard]] std::uint64_t take_variant(std::uint64_t variant_count);

  // Makes the reader fail here, if it has not failed before. `detail` must be a literal.
  void fail(char const* detail) {
    if (detail_ == nullptr) {
      detail_ = detail;
      failed_at_ = offset();
      next_ = end_;
    }
  }

  [[nodiscard]] bool failed() const { return detail_ != nullptr; }
  // Whether a varint was longer than its value needs, so that writing it again gives other bytes.
  [[nodiscard]] bool forgave() const { return forgave_; }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - next_); }
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(next_ - begin_); }
  [[nodiscard]] Strictness strictness() const { return strictness_; }
  [[nodiscard]] ByteView rest() const { return {next_, end_}; }

  // What the decoder made, or the first failure. Bytes that are left over fail unless forgiven.
  template <class T>
  [[nodiscard]] Result<T> result(T value) {
    if (strictness_ == Strictness::strict && remaining() > 0) fail("bytes follow the value");
    if (failed()) return std::unexpected(violation());
    return value;
  }
  [[nodiscard]] Violation violation() const;

 private:
  [[nodiscard]] std::uint64_t take_long_varint();

  std::byte const* begin_;
  std::byte const* next_;
  std::byte const* end_;
  char const* detail_ = nullptr;
  std::size_t failed_at_ = 0;
  Rule rule_;
  Strictness strictness_;
  bool forgave_ = false;
};

}  // namespace vox::wire
