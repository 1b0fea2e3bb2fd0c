#include "impl/wire/cbor_reader.hpp"

#include "impl/wire/utf8.hpp"

#include <boost/container/small_vector.hpp>

#include <bit>
#include <cmath>

namespace vox::wire {

namespace {

constexpr std::uint8_t major_uint = 0;
constexpr std::uint8_t major_negative = 1;
constexpr std::uint8_t major_bytes = 2;
constexpr std::uint8_t major_text = 3;
constexpr std::uint8_t major_array = 4;
constexpr std::uint8_t major_map = 5;
constexpr std::uint8_t major_tag = 6;
constexpr std::uint8_t major_other = 7;

constexpr std::uint8_t info_one_byte = 24;  // the argument follows in 1, 2, 4 or 8 bytes
constexpr std::uint8_t info_two_bytes = 25;
constexpr std::uint8_t info_eight_bytes = 27;  // beyond it: reserved, and indefinite lengths

constexpr std::uint8_t info_false = 20;
constexpr std::uint8_t info_true = 21;
constexpr std::uint8_t info_null = 22;
constexpr std::uint8_t info_undefined = 23;

constexpr char const* type_names[] = {
    "a CBOR item is not an unsigned number",
    "a CBOR item is not a negative number",
    "a CBOR item is not a byte string",
    "a CBOR item is not a text",
    "a CBOR item is not an array",
    "a CBOR item is not a map",
    "a CBOR item is not a tag",
};

// The largest argument that would have fitted the next shorter form of a head.
std::uint64_t shorter_form_max(std::uint8_t info) {
  constexpr std::uint64_t maxima[] = {23, 0xFF, 0xFFFF, 0xFFFFFFFF};
  return maxima[info - info_one_byte];
}

std::uint64_t big_endian(std::byte const* bytes, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

double half_float(std::uint64_t bits) {
  auto const exponent = static_cast<int>(bits >> 10U & 0x1FU);
  auto const mantissa = static_cast<double>(bits & 0x3FFU);
  double magnitude = 0;
  if (exponent == 0) {
    magnitude = std::ldexp(mantissa, -24);
  } else if (exponent == 31) {
    magnitude = mantissa == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else {
    magnitude = std::ldexp(mantissa + 1024, exponent - 25);
  }
  return (bits & 0x8000U) == 0 ? magnitude : -magnitude;
}

CborType other_type(std::uint8_t info) {
  if (info == info_false || info == info_true) return CborType::boolean;
  if (info == info_null) return CborType::null;
  if (info == info_undefined) return CborType::undefined;
  return info <= info_one_byte ? CborType::simple : CborType::floating;
}

}  // namespace

CborType CborReader::peek() const {
  constexpr CborType types[] = {CborType::uint, CborType::negative, CborType::bytes,
                                CborType::text, CborType::array,    CborType::map,
                                CborType::tag};
  if (next_ == end_) return CborType::none;
  auto const byte = std::to_integer<std::uint8_t>(*next_);
  auto const info = static_cast<std::uint8_t>(byte & 0x1FU);
  if (info > info_eight_bytes) return CborType::none;
  auto const major = byte >> 5U;
  return major == major_other ? other_type(info) : types[major];
}

// The reader stays before a head that fails.
std::optional<CborReader::Head> CborReader::take_head() {
  if (remaining() == 0) return fail("the payload ends where a CBOR item should be"), std::nullopt;
  auto const byte = std::to_integer<std::uint8_t>(*next_);
  Head head{.major = static_cast<std::uint8_t>(byte >> 5U),
            .info = static_cast<std::uint8_t>(byte & 0x1FU)};
  if (head.info < info_one_byte) {
    head.argument = head.info;
    ++next_;
    return head;
  }
  if (head.info > info_eight_bytes) {
    return fail("a CBOR item of indefinite length or reserved form"), std::nullopt;
  }
  auto const width = 1uz << static_cast<unsigned>(head.info - info_one_byte);
  if (remaining() <= width)
    return fail("the payload ends inside the head of a CBOR item"), std::nullopt;
  head.argument = big_endian(next_ + 1, width);
  // The bits of a float are no number that could be shorter; simple values below 32 have one form.
  bool const too_long = head.major == major_other ? head.info == info_one_byte && head.argument < 32
                                                  : head.argument <= shorter_form_max(head.info);
  if (too_long && strictness_ == Strictness::strict) {
    return fail("the head of a CBOR item is longer than it need be"), std::nullopt;
  }
  next_ += 1 + width;
  return head;
}

std::uint64_t CborReader::take_long_argument_of(std::uint8_t major) {
  if (remaining() > 0 && std::to_integer<std::uint8_t>(*next_) >> 5U != major) {
    return fail(type_names[major]), 0;
  }
  auto const head = take_head();
  return head ? head->argument : 0;
}

std::uint64_t CborReader::take_negative() {
  return take_argument_of(major_negative);
}

std::uint64_t CborReader::take_tag() {
  return take_argument_of(major_tag);
}

std::int64_t CborReader::take_int() {
  auto const before = offset();
  bool const is_negative = peek() == CborType::negative;
  auto const argument = is_negative ? take_negative() : take_uint();
  if (argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return fail_at(before, "a number exceeds 64 bits"), 0;
  }
  auto const value = static_cast<std::int64_t>(argument);
  return is_negative ? -1 - value : value;
}

ByteView CborReader::take_bytes() {
  return take_string(major_bytes);
}

bool CborReader::take_bool() {
  if (peek() != CborType::boolean) return fail("a CBOR item is not a boolean"), false;
  return std::to_integer<std::uint8_t>(*next_++) == (major_other << 5U | info_true);
}

void CborReader::take_null() {
  if (peek() == CborType::null) {
    ++next_;
  } else {
    fail("a CBOR item is not null");
  }
}

double CborReader::take_float() {
  if (peek() != CborType::floating) return fail("a CBOR item is not a float"), 0;
  auto const head = take_head();
  if (!head) return 0;
  if (head->info == info_two_bytes) return half_float(head->argument);
  if (head->info == info_eight_bytes) return std::bit_cast<double>(head->argument);
  return std::bit_cast<float>(static_cast<std::uint32_t>(head->argument));
}

// Passes over one item but for those it holds, and says how many these are.
std::uint64_t CborReader::skip_head() {
  auto const before = offset();
  auto const byte = next_ == end_ ? 0xFFU : std::to_integer<unsigned>(*next_);
  auto const major = static_cast<std::uint8_t>(byte >> 5U);
  switch (major) {
    case major_bytes:
      static_cast<void>(take_string(major));
      return 0;
    case major_text: {
      auto const text = take_string(major);
      // 0.4.0 does not look at text that it passes over.
      if (strictness_ == Strictness::strict && !is_utf8(text))
        fail_at(before, "a CBOR text is not UTF-8");
      return 0;
    }
    case major_array:
      return take_array();
    case major_map:
      return 2 * take_map();
    case major_tag:
      static_cast<void>(take_tag());
      return 1;
    case major_uint:
    case major_negative:
      static_cast<void>(take_argument_of(major));
      return 0;
    default:
      static_cast<void>(take_head());
      return 0;
  }
}

// Passes over the items at the front whose heads are one byte, and over 8-byte numbers, up to
// `count` or to the first that holds others. Gives how many are left of them.
std::uint64_t CborReader::skip_plain(std::uint64_t count) {
  auto const* next = next_;
  bool const checks_text = strictness_ == Strictness::strict;
  for (; count > 0 && next != end_; --count) {
    auto const byte = std::to_integer<unsigned>(*next);
    auto const left = static_cast<std::size_t>(end_ - next) - 1;
    auto const argument = byte & 0x1FU;
    if (byte == (major_uint << 5U | info_eight_bytes)) {
      if (left < 8 || big_endian(next + 1, 4) == 0) break;
      next += 9;
      continue;
    }
    if (argument >= info_one_byte) break;
    auto const major = byte >> 5U;
    if (major == major_text || major == major_bytes) {
      if (argument > left) break;
      if (checks_text && major == major_text && !is_utf8({next + 1, argument})) break;
      next += 1 + argument;
    } else if (major <= major_negative || major == major_other || byte == (major_array << 5U)) {
      ++next;  // A number, a simple value or an empty array.
    } else {
      break;
    }
  }
  next_ = next;
  return count;
}

void CborReader::skip_value() {
  // One an enclosing item: how many of its items are to come. Honest payloads need no more room.
  boost::container::small_vector<std::uint64_t, 32> left;
  std::uint64_t here = 1;
  while (true) {
    here = skip_plain(here);
    while (here == 0) {
      if (left.empty()) return;
      here = left.back();
      left.pop_back();
      here = skip_plain(here);
    }
    auto const before = offset();
    auto const inner = skip_head();
    if (failed()) return;
    --here;
    if (inner == 0) continue;
    if (left.size() >= depth_max_) return fail_at(before, "CBOR items are nested too deeply");
    left.push_back(here);
    here = inner;
  }
}

ByteView CborReader::take_encoded() {
  auto const* const before = next_;
  skip_value();
  return failed() ? ByteView{} : ByteView{before, next_};
}

std::size_t CborReader::take_variant(std::span<std::string_view const> variants) {
  auto const before = offset();
  if (peek() != CborType::map) return fail("an enum is not a CBOR map"), 0;
  if (take_map() != 1) return fail_at(before, "the map of an enum has not exactly one key"), 0;
  auto const key_at = offset();
  auto const key = take_text();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    if (variants[i] == key) return i;
  }
  return fail_at(key_at, "an enum variant that is not known"), 0;
}

Violation CborReader::violation() const {
  return {.rule = rule_, .offset = failed_at_, .detail = detail_ == nullptr ? "" : detail_};
}

}  // namespace vox::wire
