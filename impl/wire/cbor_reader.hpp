#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/utf8.hpp"
#include "impl/wire/violation.hpp"
#include "spec/limits.hpp"

#include <algorithm>
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
// are refused here: definite_cbor() takes them out before. `strict` also refuses numbers too wide
// for their type, keys that repeat, and trailing bytes; `vox_0_4` takes all of them as 0.4.0 does,
// the last of repeated keys counting. Views point into the payload.
// r[impl session.handshake.cbor] r[impl schema.principles.cbor]
class CborReader {
 public:
  explicit CborReader(ByteView payload, Rule rule, Strictness strictness = Strictness::strict,
                      std::size_t depth_max = Limits{}.cbor_depth_max)
      : begin_{payload.data()},
        next_{payload.data()},
        end_{payload.data() + payload.size()},
        rule_{rule},
        strictness_{strictness},
        depth_max_{depth_max} {}

  [[nodiscard]] CborType peek() const;

  [[nodiscard]] std::uint64_t take_uint() { return take_argument_of(0); }
  // An unsigned number of narrower type: 0.4.0 cuts it down, strict refuses it.
  template <std::unsigned_integral T>
  [[nodiscard]] T take_uint_as() {
    auto const before = offset();
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
  [[nodiscard]] std::string_view take_text() {
    auto const before = offset();
    auto const text = take_raw_text();
    if (!is_utf8(as_bytes(text))) return fail_at(before, "a CBOR text is not UTF-8"), text;
    return text;
  }
  // A text that may not be UTF-8: to be compared with texts that are.
  [[nodiscard]] std::string_view take_raw_text() { return as_text(take_string(3)); }
  // The head of an array: how many items follow. Of a map: how many keys and values. A count that
  // the rest of the payload cannot hold fails here.
  [[nodiscard]] std::uint64_t take_array() { return take_count(4, 1); }
  [[nodiscard]] std::uint64_t take_map() { return take_count(5, 2); }
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
  void fail(char const* detail) { fail_at(offset(), detail); }
  // The same, blaming an earlier byte.
  void fail_at(std::size_t offset, char const* detail) {
    if (detail_ == nullptr) {
      detail_ = detail;
      failed_at_ = offset;
      next_ = end_;
    }
  }

  [[nodiscard]] bool failed() const { return detail_ != nullptr; }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - next_); }
  [[nodiscard]] ByteView rest() const { return {next_, end_}; }
  // Passes over bytes of `rest` that somebody else has read.
  void advance(std::size_t count) { next_ += std::min(count, remaining()); }
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(next_ - begin_); }
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
  // The argument of an item that has to be of this major type; 0 after a failure.
  [[nodiscard]] std::uint64_t take_argument_of(std::uint8_t major) {
    // Most arguments are below 24 and stand in the first byte, behind the type.
    if (next_ != end_) {
      auto const argument = std::to_integer<unsigned>(*next_) ^ unsigned { major } << 5U;
      if (argument < 24) return ++next_, argument;
    }
    return take_long_argument_of(major);
  }
  [[nodiscard]] std::uint64_t take_long_argument_of(std::uint8_t major);
  [[nodiscard]] ByteView take_string(std::uint8_t major) {
    auto const before = offset();
    auto const length = take_argument_of(major);
    if (length > remaining()) {
      return fail_at(before, "a CBOR length exceeds what is left of the payload"), ByteView{};
    }
    ByteView const bytes{next_, static_cast<std::size_t>(length)};
    next_ += length;
    return bytes;
  }
  // How many items follow the head, that is, so many times `items_each`, of a byte or more each.
  [[nodiscard]] std::uint64_t take_count(std::uint8_t major, std::size_t items_each) {
    auto const before = offset();
    auto const count = take_argument_of(major);
    if (count > remaining() / items_each) {
      return fail_at(before, "a CBOR count exceeds what is left of the payload"), 0;
    }
    return count;
  }
  [[nodiscard]] std::uint64_t skip_head();
  [[nodiscard]] std::optional<std::uint64_t> skip_plain();

  std::byte const* begin_;
  std::byte const* next_;
  std::byte const* end_;
  char const* detail_ = nullptr;
  std::size_t failed_at_ = 0;
  Rule rule_;
  Strictness strictness_;
  std::size_t depth_max_;
};

// The place of a text among `texts`, or their number if it is none of them. Each of them is
// compared as a constant.
template <auto const& texts>
[[nodiscard]] constexpr std::size_t index_in(std::string_view text) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::size_t index = texts.size();  // NOLINT(misc-const-correctness): set where it is found.
    // NOLINTBEGIN(bugprone-suspicious-stringview-data-usage): the size stands beside it.
    static_cast<void>(
        ((text.size() == texts[I].size() &&
          std::char_traits<char>::compare(text.data(), texts[I].data(), texts[I].size()) == 0 &&
          (index = I, true)) ||
         ...));
    // NOLINTEND(bugprone-suspicious-stringview-data-usage)
    return index;
  }(std::make_index_sequence<texts.size()>{});
}

// Reads so many entries of the map that a struct is. For each key that is among `keys` calls
// take(its index), which takes the value; unknown keys are passed over. Gives the keys that were
// seen as a bit set.
template <auto const& keys, class Take>
std::uint64_t take_entries(CborReader& reader, std::uint64_t count, Take&& take) {
  static_assert(keys.size() <= 64);
  std::uint64_t seen = 0;
  for (; count > 0 && !reader.failed(); --count) {
    auto const key_at = reader.offset();
    auto const key = reader.take_raw_text();
    auto const index = index_in<keys>(key);
    if (index == keys.size()) {
      if (!is_utf8(as_bytes(key))) reader.fail_at(key_at, "a CBOR text is not UTF-8");
      if (!reader.failed()) reader.skip_value();
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
template <auto const& keys, class Take>
std::uint64_t take_fields(CborReader& reader, Take&& take) {
  auto const count = reader.take_map();
  return take_entries<keys>(reader, count, std::forward<Take>(take));
}

}  // namespace vox::wire
