#include "impl/wire/cbor_reader.hpp"

#include "impl/wire/cbor_head.hpp"
#include "impl/wire/utf8.hpp"

#include <boost/container/small_vector.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace vox::wire {

namespace {

using namespace cbor;

constexpr char const* type_names[] = {
    "a CBOR item is not an unsigned number",
    "a CBOR item is not a negative number",
    "a CBOR item is not a byte string",
    "a CBOR item is not a text",
    "a CBOR item is not an array",
    "a CBOR item is not a map",
    "a CBOR item is not a tag",
};

template <class Number>
Number load_big_endian(std::byte const* bytes) {
  Number number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return std::endian::native == std::endian::little ? std::byteswap(number) : number;
}
std::uint64_t big_endian(std::byte const* bytes, std::size_t width) {
  switch (width) {
    case 1:
      return std::to_integer<std::uint64_t>(*bytes);
    case 2:
      return load_big_endian<std::uint16_t>(bytes);
    case 4:
      return load_big_endian<std::uint32_t>(bytes);
    default:
      return load_big_endian<std::uint64_t>(bytes);
  }
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
  // Numbers may be longer than they need be; simple values below 32 have one form.
  bool const is_simple = head.major == major_other && head.info == info_one_byte;
  if (is_simple && head.argument < 32 && strictness_ == Strictness::strict) {
    return fail("a simple value of CBOR in a form that it must not have"), std::nullopt;
  }
  next_ += 1 + width;
  return head;
}

std::uint64_t CborReader::take_long_argument_of(std::uint8_t major) {
  // Type ids are numbers of 8 bytes.
  if (remaining() > 8 &&
      std::to_integer<unsigned>(*next_) == (unsigned{major} << 5U | unsigned{info_eight_bytes})) {
    auto const argument = load_big_endian<std::uint64_t>(next_ + 1);
    if (argument > 0xFFFFFFFF) return next_ += 9, argument;
  }
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

namespace {

// What an item's first byte says of it, if it says all.
struct Plain {
  std::uint8_t bytes = 0;  // of the item without what it holds; 0: its head is longer
  std::uint8_t inner = 0;  // how many items it holds
};
constexpr std::array<Plain, 256> plain_items = [] {
  std::array<Plain, 256> items{};
  for (unsigned byte = 0; byte < items.size(); ++byte) {
    auto const major = byte >> 5U;
    auto const argument = static_cast<std::uint8_t>(byte & 0x1FU);
    if (argument >= info_one_byte) continue;
    bool const is_string = major == major_text || major == major_bytes;
    auto& item = items[byte];
    item.bytes = static_cast<std::uint8_t>(is_string ? 1 + argument : 1);
    if (major == major_array) item.inner = argument;
    if (major == major_map) item.inner = static_cast<std::uint8_t>(2 * argument);
    if (major == major_tag) item.inner = 1;
  }
  return items;
}();

constexpr auto eight_byte_number = static_cast<std::uint8_t>(info_eight_bytes);

}  // namespace

// Passes over an item whose first byte says all about it, and over 8-byte numbers. Gives how many
// items it holds, or nothing, and then has not moved.
std::optional<std::uint64_t> CborReader::skip_plain() {
  if (next_ == end_) return std::nullopt;
  auto const byte = std::to_integer<std::uint8_t>(*next_);
  auto const [bytes, inner] = plain_items[byte];
  auto const left = remaining();
  if (byte == eight_byte_number && left > 8 && load_big_endian<std::uint32_t>(next_ + 1) != 0) {
    next_ += 9;
    return 0;
  }
  if (bytes == 0 || bytes > left || inner >= left) return std::nullopt;
  if (strictness_ == Strictness::strict && byte >> 5U == major_text &&
      !is_utf8({next_ + 1, bytes - 1uz})) {
    return std::nullopt;
  }
  next_ += bytes;
  return inner;
}

void CborReader::skip_value() {
  // One an enclosing item: how many of its items are to come. Honest payloads need no more room.
  boost::container::small_vector<std::uint64_t, 32> left;
  std::uint64_t here = 1;
  while (true) {
    while (here == 0) {
      if (left.empty()) return;
      here = left.back();
      left.pop_back();
    }
    --here;
    auto const before = offset();
    auto const plain = skip_plain();
    auto const inner = plain ? *plain : skip_head();
    if (inner == 0) {
      if (failed()) return;
      continue;
    }
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
