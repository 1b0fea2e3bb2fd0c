#include "impl/wire/reader.hpp"

#include "conformance/testing/property.hpp"
#include "impl/wire/writer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace vox;
using namespace vox::wire;

namespace {

constexpr Rule rule{"zerocopy.framing.value"};

Bytes hex(char const* text) {
  return from_hex(text).value();
}

}  // namespace

TEST_SUITE("wire") {
  TEST_CASE("a varint has its low seven bits first") {
    auto const bytes = hex("ac02");
    Reader reader{bytes, rule};
    CHECK(reader.take_varint() == 300);
    CHECK(reader.result(true));
  }
  TEST_CASE("a varint may have more bytes than it needs, but no more bits than 64") {
    auto const padded = hex("8000");
    auto const too_wide = hex("ffffffffffffffffff02");
    for (auto const strictness : {Strictness::strict, Strictness::vox_0_4}) {
      Reader reader{padded, rule, strictness};
      CHECK(reader.take_varint() == 0);
      CHECK_FALSE(reader.failed());
      Reader wide{too_wide, rule, strictness};
      (void)wide.take_varint();
      CHECK(wide.failed() == (strictness == Strictness::strict));
    }
  }
  TEST_CASE("an eleventh varint byte is refused in both modes") {
    auto const bytes = hex("ffffffffffffffffffff01");
    for (auto const strictness : {Strictness::strict, Strictness::vox_0_4}) {
      Reader reader{bytes, rule, strictness};
      (void)reader.take_varint();
      CHECK(reader.failed());
    }
  }
  TEST_CASE("a number too wide for its type is refused, or cut down as 0.4.0 does") {
    auto const bytes = hex("8580808010");
    Reader strict{bytes, rule};
    (void)strict.take_varint_u32();
    CHECK(strict.failed());
    Reader lenient{bytes, rule, Strictness::vox_0_4};
    CHECK(lenient.take_varint_u32() == 5);
  }
  TEST_CASE("the first failure sticks, and names its byte") {
    auto const bytes = hex("0102");
    Reader reader{bytes, rule};
    CHECK(reader.take_bool());
    CHECK_FALSE(reader.take_bool());
    CHECK(reader.take_u8() == 0);
    auto const result = reader.result(1);
    REQUIRE_FALSE(result);
    CHECK(result.error().offset == 1);
    CHECK(result.error().rule == rule);
    CHECK(result.error().detail == "a boolean is neither 0 nor 1");
  }
  TEST_CASE("a length beyond the payload is refused without reading on") {
    auto const bytes = hex("ffffffff0f00");
    Reader reader{bytes, rule};
    CHECK(reader.take_sized_bytes().empty());
    CHECK(reader.failed());
    CHECK(reader.violation().offset == 0);
  }
  TEST_CASE(
      "r[zerocopy.framing.value.opaque.length-prefix] an opaque length is 4 little-endian bytes") {
    auto const bytes = hex("02000000 aabb");
    Reader reader{bytes, rule};
    CHECK(to_hex(reader.take_opaque()) == "aabb");
    auto const claimed = hex("03000000 aabb");
    Reader short_of_one{claimed, rule};
    CHECK(short_of_one.take_opaque().empty());
    CHECK(short_of_one.failed());
  }
  TEST_CASE("text is UTF-8, without overlong forms and surrogates") {
    for (auto const* text : {"02c080", "03eda080", "04f4908080", "01ff", "02c3"}) {
      auto const bytes = hex(text);
      Reader reader{bytes, rule};
      CHECK(reader.take_text().empty());
      CHECK(reader.failed());
    }
    auto const bytes = hex("0ae282ac20f09f92a92021");
    Reader reader{bytes, rule};
    CHECK(reader.take_text().size() == 10);
    CHECK_FALSE(reader.failed());
  }
  TEST_CASE("what a writer puts, a reader takes") {
    voxspec::test::holds([](std::uint64_t number, std::int64_t integer, std::string const& text,
                            std::uint32_t word) {
      Buffer buffer;
      Writer writer{buffer};
      writer.put_varint(number);
      writer.put_zigzag(integer);
      writer.put_sized_bytes(as_bytes(text));
      writer.put_u32_le(word);
      writer.put_opaque(as_bytes(text));
      Reader reader{buffer.view(), rule};
      RC_ASSERT(reader.take_varint() == number);
      RC_ASSERT(reader.take_zigzag() == integer);
      RC_ASSERT(as_text(reader.take_sized_bytes()) == text);
      RC_ASSERT(reader.take_u32_le() == word);
      RC_ASSERT(as_text(reader.take_opaque()) == text);
      RC_ASSERT(reader.result(true).has_value());
    });
  }
}
