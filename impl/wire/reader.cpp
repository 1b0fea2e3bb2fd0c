#include "impl/wire/reader.hpp"

#include "impl/wire/utf8.hpp"

#include <limits>

namespace vox::wire {

std::uint64_t Reader::take_long_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (next_ == end_) return fail("the payload ends inside a varint"), 0;
    auto const byte = std::to_integer<std::uint64_t>(*next_);
    auto const bits = byte & 0x7FU;
    bool const surplus = shift == 63 && bits > 1;
    bool const not_minimal = byte == 0 && shift > 0;
    forgave_ = forgave_ || surplus || not_minimal;
    if (strictness_ == Strictness::strict && surplus) return fail("a varint exceeds 64 bits"), 0;
    ++next_;
    value |= bits << shift;
    if (byte < 0x80) return value;
  }
  return fail("a varint is longer than 10 bytes"), 0;
}

bool Reader::take_bool() {
  auto const byte = take_u8();
  if (byte > 1) {
    --next_;
    fail("a boolean is neither 0 nor 1");
  }
  return byte == 1;
}

std::uint32_t Reader::take_u32_le() {
  auto const bytes = take_exactly(4);
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8U | std::to_integer<std::uint32_t>(bytes[i]);
  }
  return value;
}

std::uint64_t Reader::take_u64_le() {
  auto const bytes = take_exactly(8);
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  }
  return value;
}

std::uint32_t Reader::take_varint_u32() {
  auto const* const before = next_;
  auto const value = take_varint();
  if (value > std::numeric_limits<std::uint32_t>::max() && strictness_ == Strictness::strict) {
    next_ = before;
    fail("a number exceeds 32 bits");
  }
  return failed() ? 0 : static_cast<std::uint32_t>(value);
}

std::uint16_t Reader::take_varint_u16() {
  auto const* const before = next_;
  auto const value = take_varint();
  if (value > std::numeric_limits<std::uint16_t>::max() && strictness_ == Strictness::strict) {
    next_ = before;
    fail("a number exceeds 16 bits");
  }
  return failed() ? std::uint16_t{} : static_cast<std::uint16_t>(value);
}

std::int64_t Reader::take_zigzag() {
  auto const value = take_varint();
  return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}

ByteView Reader::take_exactly(std::uint64_t count) {
  if (count > remaining()) return fail("a length exceeds what is left of the payload"), ByteView{};
  ByteView const bytes{next_, static_cast<std::size_t>(count)};
  next_ += count;
  return bytes;
}

ByteView Reader::take_sized_bytes() {
  auto const* const before = next_;
  auto const length = take_varint();
  if (length > remaining()) {
    if (!failed()) next_ = before;
    return fail("a length exceeds what is left of the payload"), ByteView{};
  }
  return take_exactly(length);
}

std::string_view Reader::take_text() {
  auto const bytes = take_sized_bytes();
  if (!is_utf8(bytes)) {
    next_ -= bytes.size();
    return fail("a text is not UTF-8"), std::string_view{};
  }
  return as_text(bytes);
}

// r[impl zerocopy.framing.value.opaque.length-prefix]
ByteView Reader::take_opaque() {
  auto const* const before = next_;
  auto const length = take_u32_le();
  if (length > remaining()) {
    if (!failed()) next_ = before;
    return fail("an opaque length exceeds what is left of the payload"), ByteView{};
  }
  return take_exactly(length);
}

std::uint64_t Reader::take_count(std::size_t element_bytes_min) {
  auto const* const before = next_;
  auto const count = take_varint();
  if (!failed() && element_bytes_min > 0 && count > remaining() / element_bytes_min) {
    next_ = before;
    return fail("a count exceeds what is left of the payload"), 0;
  }
  return count;
}

std::uint64_t Reader::take_variant(std::uint64_t variant_count) {
  auto const* const before = next_;
  auto const index = take_varint();
  if (!failed() && index >= variant_count) {
    next_ = before;
    return fail("an enum variant that is not known"), 0;
  }
  return index;
}

Violation Reader::violation() const {
  return {.rule = rule_, .offset = failed_at_, .detail = detail_ == nullptr ? "" : detail_};
}

}  // namespace vox::wire
