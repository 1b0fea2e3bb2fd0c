#include "impl/wire/cbor.hpp"

#include "conformance/testing/prefixes.hpp"
#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <string_view>

namespace vox::wire {
namespace {

constexpr Rule rule{"session.handshake.cbor"};

Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}

// Takes one item with `take` and says the value, or why there is none.
template <class Take>
auto taken(std::string_view hex, Take take, Strictness strictness = Strictness::strict) {
  static Bytes payload;  // Views in the value have to outlive this function.
  payload = bytes(hex);
  CborReader reader{payload, rule, strictness};
  auto value = take(reader);
  return reader.result(value);
}
auto const as_uint = [](CborReader& reader) { return reader.take_uint(); };
auto const as_int = [](CborReader& reader) { return reader.take_int(); };
auto const as_u32 = [](CborReader& reader) { return reader.take_uint_as<std::uint32_t>(); };
auto const as_array = [](CborReader& reader) { return reader.take_array(); };
auto const as_map = [](CborReader& reader) { return reader.take_map(); };
auto const as_item = [](CborReader& reader) { return to_hex(reader.take_encoded()); };

template <class Put>
std::string put(Put const& put_item) {
  Buffer out;
  CborWriter writer{out};
  put_item(writer);
  return to_hex(out.view());
}

TEST_SUITE_BEGIN("session");

TEST_CASE("r[session.handshake.cbor] numbers have the shortest head") {
  struct Row {
    std::uint64_t value;
    std::string_view hex;
  };
  constexpr Row rows[] = {{0, "00"},
                          {23, "17"},
                          {24, "1818"},
                          {255, "18ff"},
                          {256, "190100"},
                          {65535, "19ffff"},
                          {65536, "1a00010000"},
                          {0xFFFFFFFF, "1affffffff"},
                          {0x100000000, "1b0000000100000000"},
                          {std::numeric_limits<std::uint64_t>::max(), "1bffffffffffffffff"}};
  for (auto const& [value, hex] : rows) {
    CAPTURE(hex);
    CHECK(put([&](CborWriter& writer) { writer.put_uint(value); }) == hex);
    CHECK(taken(hex, as_uint) == value);
  }
}

TEST_CASE("r[session.handshake.cbor] numbers of either sign come back") {
  voxspec::test::holds([](std::int64_t value) {
    auto const hex = put([&](CborWriter& writer) { writer.put_int(value); });
    RC_ASSERT((taken(hex, as_int) == value));
  });
  CHECK(taken("3b7fffffffffffffff", as_int) == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(taken("3b8000000000000000", as_int).has_value());
  CHECK_FALSE(taken("1b8000000000000000", as_int).has_value());
}

TEST_CASE("r[session.handshake.cbor] one item of each kind") {
  CHECK(put([](CborWriter& writer) { writer.put_bytes(bytes("0102")); }) == "420102");
  CHECK(put([](CborWriter& writer) { writer.put_text("hi"); }) == "626869");
  CHECK(put([](CborWriter& writer) { writer.put_array(2); }) == "82");
  CHECK(put([](CborWriter& writer) { writer.put_map(300); }) == "b9012c");
  CHECK(put([](CborWriter& writer) { writer.put_tag(2); }) == "c2");
  CHECK(put([](CborWriter& writer) { writer.put_bool(true); }) == "f5");
  CHECK(put([](CborWriter& writer) { writer.put_null(); }) == "f6");
  CHECK(put([](CborWriter& writer) { writer.put_float64(1.5); }) == "fb3ff8000000000000");
  CHECK(taken("626869", [](CborReader& reader) { return reader.take_text(); }) == "hi");
  CHECK(taken("f4", [](CborReader& reader) { return reader.take_bool(); }) == false);
  CHECK(taken("fb3ff8000000000000", [](CborReader& reader) { return reader.take_float(); }) == 1.5);
  CHECK(taken("fa3fc00000", [](CborReader& reader) { return reader.take_float(); }) == 1.5);
  CHECK(taken("f93e00", [](CborReader& reader) { return reader.take_float(); }) == 1.5);
  CHECK(taken("f90001", [](CborReader& reader) { return reader.take_float(); }) == 0x1p-24);
}

TEST_CASE("the type of the next item is known before it is taken") {
  struct Row {
    std::string_view hex;
    CborType type;
  };
  constexpr Row rows[] = {
      {"", CborType::none},           {"00", CborType::uint},     {"20", CborType::negative},
      {"40", CborType::bytes},        {"60", CborType::text},     {"80", CborType::array},
      {"a0", CborType::map},          {"c0", CborType::tag},      {"f4", CborType::boolean},
      {"f5", CborType::boolean},      {"f6", CborType::null},     {"f7", CborType::undefined},
      {"f97e00", CborType::floating}, {"fa", CborType::floating}, {"e0", CborType::simple},
      {"f8ff", CborType::simple},     {"9f", CborType::none},     {"ff", CborType::none},
      {"1c", CborType::none},
  };
  for (auto const& [hex, type] : rows) {
    CAPTURE(hex);
    auto const payload = bytes(hex);
    CHECK(CborReader{payload, rule}.peek() == type);
  }
}

TEST_CASE("r[session.handshake.cbor] an item of another kind than asked for is a violation") {
  for (auto const* hex : {"20", "40", "60", "80", "a0", "c0", "f4", "f6", "fa00000000"}) {
    CAPTURE(hex);
    CHECK_FALSE(taken(hex, as_uint, Strictness::vox_0_4).has_value());
  }
  CHECK_FALSE(taken("00", as_array).has_value());
  CHECK_FALSE(taken("00", as_map).has_value());
  CHECK_FALSE(taken("00", [](CborReader& reader) { return reader.take_bool(); }).has_value());
  CHECK_FALSE(taken("f4", [](CborReader& reader) { return reader.take_float(); }).has_value());
}

TEST_CASE("heads may be longer than they need be") {
  for (auto const* hex : {"1805", "190005", "1a00000005", "1b0000000000000005"}) {
    CAPTURE(hex);
    CHECK(taken(hex, as_uint, Strictness::vox_0_4) == 5U);
    CHECK(taken(hex, as_uint) == 5U);
  }
}

TEST_CASE("0.4.0 takes wide numbers and trailing bytes; strict does not") {
  CHECK(taken("05ff", as_uint, Strictness::vox_0_4) == 5U);
  CHECK_FALSE(taken("05ff", as_uint).has_value());
  CHECK(taken("1b0000000100000005", as_u32, Strictness::vox_0_4) == 5U);
  CHECK_FALSE(taken("1b0000000100000005", as_u32).has_value());
}

TEST_CASE("indefinite lengths and reserved heads are refused by both") {
  for (auto const* hex : {"5f4100ff", "7f6100ff", "9fff", "bfff", "1c", "1f", "fc", "ff"}) {
    CAPTURE(hex);
    CHECK_FALSE(taken(hex, as_item).has_value());
    CHECK_FALSE(taken(hex, as_item, Strictness::vox_0_4).has_value());
  }
}

TEST_CASE("claimed lengths and counts are held against what is left") {
  for (auto const* hex : {"5bffffffffffffffff", "7bfffffffffffffffe", "9bffffffffffffffff",
                          "bb8000000000000000", "8200", "a100", "430102"}) {
    CAPTURE(hex);
    CHECK_FALSE(taken(hex, as_item, Strictness::vox_0_4).has_value());
  }
  CHECK_FALSE(taken("9b0fffffffffffffff", as_array, Strictness::vox_0_4).has_value());
  CHECK_FALSE(taken("bb0fffffffffffffff", as_map, Strictness::vox_0_4).has_value());
}

TEST_CASE("items nest as deep as the limit and no deeper, and depth costs no stack") {
  auto const nested = [](std::size_t depth) { return Bytes(depth, std::byte{0x81}); };
  auto const skips = [](Bytes payload) {
    payload.push_back(std::byte{0});
    CborReader reader{payload, rule, Strictness::vox_0_4};
    reader.skip_value();
    return !reader.failed();
  };
  CHECK(skips(nested(Limits{}.cbor_depth_max)));
  CHECK_FALSE(skips(nested(Limits{}.cbor_depth_max + 1)));
  CHECK_FALSE(skips(nested(1'000'000)));
  CHECK_FALSE(skips(Bytes(1'000'000, std::byte{0xC1})));
}

TEST_CASE("an item is passed over with all that it holds") {
  constexpr std::string_view item = "a2616183010243aabbcc6162a16163c1820018ff";
  auto const payload = bytes(std::string{item} + "05");
  CborReader reader{payload, rule};
  CHECK(to_hex(reader.take_encoded()) == item);
  CHECK(reader.take_uint() == 5);
  CHECK_FALSE(reader.failed());
  voxspec::test::every_prefix_fails(bytes(item), [](ByteView prefix) {
    CborReader inner{prefix, rule, Strictness::vox_0_4};
    inner.skip_value();
    return !inner.failed();
  });
}

TEST_CASE("text is UTF-8; 0.4.0 does not look where it passes over") {
  CHECK_FALSE(taken("62c328", [](CborReader& reader) { return reader.take_text(); }).has_value());
  CHECK_FALSE(taken("62c328", as_item).has_value());
  CHECK(taken("62c328", as_item, Strictness::vox_0_4) == "62c328");
}

constexpr std::array<std::string_view, 2> keys{"a", "b"};
struct Fields {
  std::uint64_t seen, a, b;
};
Result<Fields> fields(std::string_view hex, Strictness strictness = Strictness::strict) {
  auto const payload = bytes(hex);
  CborReader reader{payload, rule, strictness};
  Fields fields{};
  fields.seen = take_fields<keys>(
      reader, [&](std::size_t key) { (key == 0 ? fields.a : fields.b) = reader.take_uint(); });
  return reader.result(fields);
}

TEST_CASE("fields come in any order, unknown ones are passed over") {
  auto const swapped = fields("a3 6162 02 617a 8100 6161 01");
  REQUIRE(swapped.has_value());
  CHECK(swapped->seen == 3);
  CHECK(swapped->a == 1);
  CHECK(swapped->b == 2);
  CHECK(fields("a1616102")->seen == 1);
}

TEST_CASE("of repeated keys the last counts for 0.4.0; strict refuses them") {
  CHECK(fields("a2616101616102", Strictness::vox_0_4)->a == 2);
  CHECK_FALSE(fields("a2616101616102").has_value());
}

TEST_CASE("keys that are no text are refused by both") {
  CHECK_FALSE(fields("a10001").has_value());
  CHECK_FALSE(fields("a10001", Strictness::vox_0_4).has_value());
}

TEST_CASE("an enum is a map of one known key") {
  auto const variant = [](std::string_view hex) {
    return taken(hex, [](CborReader& reader) {
      auto const index = reader.take_variant(keys);
      reader.take_null();
      return index;
    });
  };
  CHECK(variant("a16162f6") == 1U);
  for (auto const* hex : {"6162", "a0", "a26161f66162f6", "a1617af6", "a100f6"}) {
    CAPTURE(hex);
    CHECK_FALSE(variant(hex).has_value());
  }
}

TEST_CASE("the first failure stays, with the byte at which it showed") {
  auto const payload = bytes("8301f600");
  CborReader reader{payload, rule};
  CHECK(reader.take_array() == 3);
  CHECK(reader.take_uint() == 1);
  CHECK(reader.take_uint() == 0);
  CHECK(reader.take_uint() == 0);
  CHECK(reader.violation().offset == 2);
  CHECK(reader.violation().detail == "a CBOR item is not an unsigned number");
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
