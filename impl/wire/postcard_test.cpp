#include "impl/wire/postcard.hpp"

#include "conformance/testing/property.hpp"
#include "impl/wire/postcard_types.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <tuple>

namespace vox::wire::test {
namespace {

template <class T>
Result<T> decoded(std::string_view hex, Strictness strictness = Strictness::strict) {
  static Bytes bytes;  // Views in the value have to outlive this function.
  bytes = from_hex(hex).value();
  return decode_value<T>(bytes, strictness);
}

template <class T>
bool comes_back(T const& value) {
  return decode_value<T>(encode_value(value)) == value;
}

TEST_SUITE_BEGIN("zerocopy");

TEST_CASE("r[zerocopy.framing.value] what is encoded decodes to the same") {
  voxspec::test::holds([](std::int64_t a, std::uint16_t b, std::string const& text,
                          std::vector<std::int32_t> const& list,
                          std::map<std::string, bool> const& map, double number) {
    // Any bytes may be asked for, only text has to be UTF-8.
    auto const bytes = to_bytes(as_bytes(text));
    RC_ASSERT(comes_back(std::tuple{a, b, bytes, list, std::optional{b}}));
    std::map<Bytes, bool> keyed;
    for (auto const& [key, mapped] : map)
      keyed[to_bytes(as_bytes(key))] = mapped;
    RC_ASSERT(comes_back(keyed));
    RC_ASSERT(comes_back(number));
  });
}

TEST_CASE("text and bytes can be views into the payload") {
  auto const payload = from_hex("026869 03010203").value();
  auto const value = decode_value<std::pair<std::string_view, ByteView>>(payload);
  REQUIRE(value.has_value());
  CHECK(value->first == "hi");
  CHECK(value->first.data() == reinterpret_cast<char const*>(payload.data() + 1));
  CHECK(value->second.data() == payload.data() + 4);
}

TEST_CASE("r[zerocopy.framing.value.opaque] a payload inside a value is opaque bytes") {
  auto const value = decoded<std::pair<shape::Payload, bool>>("02000000abcd01");
  REQUIRE(value.has_value());
  CHECK(to_hex(value->first.bytes) == "abcd");
  CHECK(to_hex(encode_value(*value)) == "02000000abcd01");
}

struct Handle {
  using channel_element = std::int32_t;
  static constexpr auto channel_direction = shape::ChannelDirection::rx;
  [[nodiscard]] std::uint64_t channel_id() const { return id; }
  void set_channel_id(std::uint64_t to) { id = to; }
  std::uint64_t id = 0;
};

TEST_CASE("a channel handle is its id, in place") {
  auto const value = decoded<std::pair<std::uint32_t, Handle>>("03ac02");
  REQUIRE(value.has_value());
  CHECK(value->second.id == 300);
  CHECK(to_hex(encode_value(*value)) == "03ac02");
}

TEST_CASE("0.4.0 cuts numbers down to their type, strict refuses them") {
  CHECK_FALSE(decoded<std::uint16_t>("808004").has_value());
  CHECK(decoded<std::uint16_t>("808004", Strictness::vox_0_4) == 0);
  CHECK_FALSE(decoded<std::uint32_t>("8580808010").has_value());
  CHECK(decoded<std::uint32_t>("8580808010", Strictness::vox_0_4) == 5);
  CHECK_FALSE(decoded<std::int16_t>("80808001").has_value());
  CHECK(decoded<std::int16_t>("80808001", Strictness::vox_0_4) == 0);
  CHECK_FALSE(decoded<U128>("80808080808080808080808080808080808004").has_value());
  CHECK(decoded<U128>("85808080808080808080808080808080808004", Strictness::vox_0_4) == U128{5});
}

TEST_CASE("0.4.0 takes the first character of a text for a character") {
  CHECK(decoded<char32_t>("04c39f6162", Strictness::vox_0_4) == U'\u00df');
  CHECK_FALSE(decoded<char32_t>("04c39f6162").has_value());
  CHECK_FALSE(decoded<char32_t>("00", Strictness::vox_0_4).has_value());
}

TEST_CASE("0.4.0 passes over bytes after a value") {
  CHECK(decoded<bool>("01ff", Strictness::vox_0_4) == true);
  CHECK_FALSE(decoded<bool>("01ff").has_value());
}

TEST_CASE("the last of equal map keys counts") {
  using Map = std::map<std::uint8_t, std::uint8_t>;
  CHECK(decoded<Map>("02 0102 0103") == Map{{1, 3}});
}

TEST_CASE("unknown variants, flags and values of no type are violations") {
  CHECK_FALSE(decoded<Shape>("03").has_value());
  CHECK_FALSE(decoded<Color>("03").has_value());
  CHECK_FALSE((decoded<std::expected<bool, bool>>("0200").has_value()));
  CHECK_FALSE(decoded<std::optional<bool>>("0200").has_value());
  CHECK_FALSE(decoded<bool>("02").has_value());
  CHECK_FALSE(decoded<shape::Never>("").has_value());
  CHECK_FALSE(decoded<std::string>("02c328").has_value());
}

TEST_CASE("claimed lengths and counts are held against what is left") {
  constexpr std::string_view huge = "ffffffffffffffff7f";
  CHECK_FALSE(decoded<std::string>(huge).has_value());
  CHECK_FALSE(decoded<Bytes>(huge).has_value());
  CHECK_FALSE(decoded<std::vector<std::uint32_t>>(huge).has_value());
  CHECK_FALSE(decoded<std::vector<Point>>("020a").has_value());
  CHECK_FALSE((decoded<std::map<bool, bool>>(huge).has_value()));
  CHECK_FALSE(decoded<std::vector<double>>("0200000000000000000000000000000000"
                                           "00")
                  .has_value());
}

TEST_CASE("elements that take no bytes have a limit of their own") {
  using Units = std::vector<std::monostate>;
  auto const fits = decoded<Units>("808004");
  REQUIRE(fits.has_value());
  CHECK(fits->size() == Limits{}.unit_elements_max);
  CHECK_FALSE(decoded<Units>("818004").has_value());
  CHECK_FALSE(decoded<std::vector<Unit0>>("ffffffffffffffff7f").has_value());
}

TEST_CASE("values nest as deep as the limit and no deeper") {
  auto const chain = [](std::size_t length) {
    Bytes bytes;
    for (std::size_t i = 0; i < length; ++i) {
      bytes.push_back(std::byte{0});
      bytes.push_back(i + 1 == length ? std::byte{0} : std::byte{1});
    }
    return bytes;
  };
  auto const deepest = Limits{}.value_depth_max;
  CHECK(decode_value<Node>(chain(deepest)).has_value());
  auto const deeper = decode_value<Node>(chain(deepest + 1));
  REQUIRE_FALSE(deeper.has_value());
  CHECK(deeper.error().detail == "values are nested too deeply");
  CHECK_FALSE(decode_value<Node>(chain(1'000'000)).has_value());
}

TEST_CASE("arbitrary bytes never do harm") {
  voxspec::test::holds([](std::vector<std::uint8_t> const& bytes) {
    auto const view = std::as_bytes(std::span{bytes});
    for (auto const strictness : {Strictness::strict, Strictness::vox_0_4}) {
      auto const value = decode_value<std::vector<GnarlyEntry>>(view, strictness);
      if (value && strictness == Strictness::strict) {
        RC_ASSERT(equal(encode_value(*value), view));
      }
    }
  });
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire::test
