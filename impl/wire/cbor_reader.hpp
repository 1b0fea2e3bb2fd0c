#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"
#include "spec/limits.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace vox::wire {

// What the next item is; `none` at the end, after a failure, and for what is not CBOR.
enum class CborType : std::uint8_t {
  none,
  uint,
  negative,
  bytes,
  text,
  array,
  map,
  tag,
  boolean,
  null,
  undefined,
  floating,
  simple,
};

// Takes CBOR items off the front of a payload; never reads past its end, and allocates nothing but
// a few counters when it skips nested items.
//
// As with Reader, the first failure sticks and later takes return empty values. Indefinite lengths
// are always refused. `strict` also refuses heads longer than need be, numbers too wide for their
// type, keys that repeat, and trailing bytes; `vox_0_4` takes all of them as 0.4.0 does, the last
// of repeated keys counting. Views point into the payload.
// r[impl session.handshake.cbor] r[impl schema.principles.cbor]
class CborReader {
 public:
  explicit CborReader(ByteView payload, Rule rule, Strictness strictness = Strictness::strict,
                      std::size_t depth_max = Limits{}.cbor_depth_max)
      : payload_{payload}, rule_{rule}, strictness_{strictness}, depth_max_{depth_max} {}

  [[nodiscard]] CborType peek() const;

  [[nodiscard]] std::uint64_t take_uint();
  // An unsigned number of narrower type: 0.4.0 cuts it down, strict refuses it.
  template <std::unsigned_integral T>
  [[nodiscard]] T take_uint_as() {
    auto const before = next_;
    auto const value = take_uint();
    if (value > std::numeric_limits<T>::max() && strictness_ == Strictness::strict) {
      fail_at(before, "a number exceeds its type");
      return 0;
    }
    return static_cast<T>(value);
  }
  // n of the number -1 - n.
  [[nodiscard]] std::uint64_t take_negative();
  // A number of either sign that fits 64 bits.
  [[nodiscard]] std::int64_t take_int();
  [[nodiscard]] ByteView take_bytes();
  [[nodiscard]] std::string_view take_text();
  // The head of an array: how many items follow. Of a map: how many keys and values. A count that
  // the rest of the payload cannot hold fails here.
  [[nodiscard]] std::uint64_t take_array();
  [[nodiscard]] std::uint64_t take_map();
  [[nodiscard]] std::uint64_t take_tag();
  [[nodiscard]] bool take_bool();
  void take_null();
  // A float of 16, 32 or 64 bits.
  [[nodiscard]] double take_float();

  // Passes over one item with everything in it, without recursion.
  void skip_value();
  // The same, giving the item's bytes.
  [[nodiscard]] ByteView take_encoded();

  // The one key of an enum's map, as an index into `variants`; its payload comes next. Anything but
  // a map of one known text key fails.
  [[nodiscard]] std::size_t take_variant(std::span<std::string_view const> variants);

  // Makes the reader fail here, if it has not failed before. `detail` must be a literal.
  void fail(char const* detail) { fail_at(next_, detail); }
  // The same, blaming an earlier byte.
  void fail_at(std::size_t offset, char const* detail) {
    if (detail_ == nullptr) {
      detail_ = detail;
      failed_at_ = offset;
      next_ = payload_.size();
    }
  }

  [[nodiscard]] bool failed() const { return detail_ != nullptr; }
  [[nodiscard]] std::size_t remaining() const { return payload_.size() - next_; }
  [[nodiscard]] std::size_t offset() const { return next_; }
  [[nodiscard]] Strictness strictness() const { return strictness_; }

  // What the decoder made, or the first failure. Bytes that are left over fail unless forgiven.
  template <class T>
  [[nodiscard]] Result<T> result(T value) {
    if (strictness_ == Strictness::strict && remaining() > 0) fail("bytes follow the CBOR item");
    if (failed()) return std::unexpected(violation());
    return Result<T>{std::move(value)};
  }
  [[nodiscard]] Violation violation() const;

 private:
  struct Head {
    std::uint8_t major = 0;
    std::uint8_t info = 0;
    std::uint64_t argument = 0;
  };
  [[nodiscard]] std::optional<Head> take_head();
  [[nodiscard]] std::optional<std::uint64_t> take_argument_of(std::uint8_t major);
  [[nodiscard]] ByteView take_string(std::uint8_t major);
  [[nodiscard]] std::uint64_t take_count(std::uint8_t major, std::size_t items_each);
  [[nodiscard]] std::uint64_t skip_head();

  ByteView payload_;
  std::size_t next_ = 0;
  char const* detail_ = nullptr;
  std::size_t failed_at_ = 0;
  Rule rule_;
  Strictness strictness_;
  std::size_t depth_max_;
};

// Reads so many entries of the map that a struct is. For each known key calls take(index of the key
// in `keys`), which takes the value; unknown keys are passed over. Gives the keys that were seen as
// a bit set.
template <class Take>
std::uint64_t take_entries(CborReader& reader, std::uint64_t count,
                           std::span<std::string_view const> keys, Take&& take) {
  VOX_ASSERT(keys.size() <= 64);
  std::uint64_t seen = 0;
  for (; count > 0 && !reader.failed(); --count) {
    auto const key_at = reader.offset();
    auto const key = reader.take_text();
    std::size_t index = 0;
    while (index < keys.size() && keys[index] != key)
      ++index;
    if (reader.failed()) break;
    if (index == keys.size()) {
      reader.skip_value();
      continue;
    }
    auto const bit = std::uint64_t{1} << index;
    if ((seen & bit) != 0 && reader.strictness() == Strictness::strict) {
      reader.fail_at(key_at, "a key of a map is repeated");
      break;
    }
    seen |= bit;
    take(index);
  }
  return seen;
}

// The same for a whole map, its head first.
template <class Take>
std::uint64_t take_fields(CborReader& reader, std::span<std::string_view const> keys, Take&& take) {
  auto const count = reader.take_map();
  return take_entries(reader, count, keys, std::forward<Take>(take));
}

}  // namespace vox::wire
