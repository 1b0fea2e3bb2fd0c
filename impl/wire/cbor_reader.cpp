#include "impl/wire/cbor_reader.hpp"

#include "impl/wire/utf8.hpp"

#include <bit>
#include <cmath>
#include <vector>

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
  if (next_ == payload_.size()) return CborType::none;
  auto const byte = std::to_integer<std::uint8_t>(payload_[next_]);
  auto const info = static_cast<std::uint8_t>(byte & 0x1FU);
  if (info > info_eight_bytes) return CborType::none;
  auto const major = byte >> 5U;
  return major == major_other ? other_type(info) : types[major];
}

// The reader stays before a head that fails.
std::optional<CborReader::Head> CborReader::take_head() {
  if (remaining() == 0) return fail("the payload ends where a CBOR item should be"), std::nullopt;
  auto const byte = std::to_integer<std::uint8_t>(payload_[next_]);
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
  for (std::size_t i = 1; i <= width; ++i) {
    head.argument = head.argument << 8U | std::to_integer<std::uint64_t>(payload_[next_ + i]);
  }
  // The bits of a float are no number that could be shorter; simple values below 32 have one form.
  bool const too_long = head.major == major_other ? head.info == info_one_byte && head.argument < 32
                                                  : head.argument <= shorter_form_max(head.info);
  if (too_long && strictness_ == Strictness::strict) {
    return fail("the head of a CBOR item is longer than it need be"), std::nullopt;
  }
  next_ += 1 + width;
  return head;
}

std::optional<std::uint64_t> CborReader::take_argument_of(std::uint8_t major) {
  if (remaining() > 0 && std::to_integer<std::uint8_t>(payload_[next_]) >> 5U != major) {
    return fail(type_names[major]), std::nullopt;
  }
  auto const head = take_head();
  if (!head) return std::nullopt;
  return head->argument;
}

std::uint64_t CborReader::take_uint() {
  return take_argument_of(major_uint).value_or(0);
}

std::uint64_t CborReader::take_negative() {
  return take_argument_of(major_negative).value_or(0);
}

std::uint64_t CborReader::take_tag() {
  return take_argument_of(major_tag).value_or(0);
}

std::int64_t CborReader::take_int() {
  auto const before = next_;
  bool const is_negative = peek() == CborType::negative;
  auto const argument = is_negative ? take_negative() : take_uint();
  if (argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return fail_at(before, "a number exceeds 64 bits"), 0;
  }
  auto const value = static_cast<std::int64_t>(argument);
  return is_negative ? -1 - value : value;
}

ByteView CborReader::take_string(std::uint8_t major) {
  auto const before = next_;
  auto const length = take_argument_of(major);
  if (!length) return {};
  if (*length > remaining()) {
    return fail_at(before, "a CBOR length exceeds what is left of the payload"), ByteView{};
  }
  auto const bytes = payload_.subspan(next_, *length);
  next_ += bytes.size();
  return bytes;
}

ByteView CborReader::take_bytes() {
  return take_string(major_bytes);
}

std::string_view CborReader::take_text() {
  auto const before = next_;
  auto const bytes = take_string(major_text);
  if (!is_utf8(bytes)) return fail_at(before, "a CBOR text is not UTF-8"), std::string_view{};
  return as_text(bytes);
}

std::uint64_t CborReader::take_count(std::uint8_t major, std::size_t items_each) {
  auto const before = next_;
  auto const count = take_argument_of(major).value_or(0);
  // Every item takes at least one byte.
  if (count > remaining() / items_each) {
    return fail_at(before, "a CBOR count exceeds what is left of the payload"), 0;
  }
  return count;
}

std::uint64_t CborReader::take_array() {
  return take_count(major_array, 1);
}

std::uint64_t CborReader::take_map() {
  return take_count(major_map, 2);
}

bool CborReader::take_bool() {
  if (peek() != CborType::boolean) return fail("a CBOR item is not a boolean"), false;
  return std::to_integer<std::uint8_t>(payload_[next_++]) == (major_other << 5U | info_true);
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
  auto const before = next_;
  switch (peek()) {
    case CborType::bytes:
      static_cast<void>(take_bytes());
      return 0;
    case CborType::text: {
      auto const text = take_string(major_text);
      // 0.4.0 does not look at text that it passes over.
      if (strictness_ == Strictness::strict && !is_utf8(text))
        fail_at(before, "a CBOR text is not UTF-8");
      return 0;
    }
    case CborType::array:
      return take_array();
    case CborType::map:
      return 2 * take_map();
    case CborType::tag:
      static_cast<void>(take_tag());
      return 1;
    case CborType::none:
    case CborType::uint:
    case CborType::negative:
    case CborType::boolean:
    case CborType::null:
    case CborType::undefined:
    case CborType::floating:
    case CborType::simple:
      static_cast<void>(take_head());
      return 0;
  }
  return 0;
}

void CborReader::skip_value() {
  std::vector<std::uint64_t> left;  // one an enclosing item: how many of its items are to come
  do {
    auto const before = next_;
    auto const inner = skip_head();
    if (failed()) return;
    if (inner > 0) {
      if (left.size() >= depth_max_) {
        fail_at(before, "CBOR items are nested too deeply");
        return;
      }
      left.push_back(inner);
      continue;
    }
    while (!left.empty() && --left.back() == 0)
      left.pop_back();
  } while (!left.empty());
}

ByteView CborReader::take_encoded() {
  auto const before = next_;
  skip_value();
  return failed() ? ByteView{} : payload_.subspan(before, next_ - before);
}

std::size_t CborReader::take_variant(std::span<std::string_view const> variants) {
  auto const before = next_;
  if (peek() != CborType::map) return fail("an enum is not a CBOR map"), 0;
  if (take_map() != 1) return fail_at(before, "the map of an enum has not exactly one key"), 0;
  auto const key_at = next_;
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
