#include "conformance/testing/prefixes.hpp"
#include "conformance/testing/vectors.hpp"
#include "impl/wire/postcard_json.hpp"
#include "impl/wire/postcard_types.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>
#include <string>

namespace vox::wire::test {
namespace {

// The vectors round an f32 to its shortest text, and give one I128 as a number that JSON readers
// take for a double; such are held against the value's own rounding.
template <class T>
bool shown_as(T const& value, json const& expected) {
  if constexpr (std::same_as<T, float> || std::same_as<T, I128>) {
    if (expected.is_number_float()) return value == static_cast<T>(expected.get<double>());
  }
  return json_of(value) == expected;
}

// Decodes the bytes of a vector, holds the value against its JSON, and encodes it again.
template <class T>
void check_vector(Bytes const& bytes, json const& expected) {
  auto const value = decode_value<T>(bytes);
  REQUIRE_MESSAGE(value.has_value(), value.error().detail);
  CAPTURE(json_of(*value));
  CHECK(shown_as(*value, expected));
  CHECK(to_hex(encode_value(*value)) == to_hex(bytes));
  if (!bytes.empty()) {
    voxspec::test::every_prefix_fails(
        bytes, [](ByteView prefix) { return decode_value<T>(prefix, Strictness::vox_0_4); });
  }
}

using Check = std::function<void(Bytes const&, json const&)>;
using Unit = std::monostate;
using Strings = std::vector<std::string>;

// By the Rust type's name. A table, as long as there are types.
// NOLINTNEXTLINE(readability-function-size)
std::map<std::string, Check> const& checks() {
  static std::map<std::string, Check> const table{
      {"bool", check_vector<bool>},
      {"u8", check_vector<std::uint8_t>},
      {"u16", check_vector<std::uint16_t>},
      {"u32", check_vector<std::uint32_t>},
      {"u64", check_vector<std::uint64_t>},
      {"u128", check_vector<U128>},
      {"usize", check_vector<std::size_t>},
      {"i8", check_vector<std::int8_t>},
      {"i16", check_vector<std::int16_t>},
      {"i32", check_vector<std::int32_t>},
      {"i64", check_vector<std::int64_t>},
      {"i128", check_vector<I128>},
      {"isize", check_vector<std::ptrdiff_t>},
      {"f32", check_vector<float>},
      {"f64", check_vector<double>},
      {"char", check_vector<char32_t>},
      {"String", check_vector<std::string>},
      {"Vec<u8>", check_vector<std::vector<std::uint8_t>>},
      {"Blob", check_vector<Blob>},
      {"Option<u32>", check_vector<std::optional<std::uint32_t>>},
      {"Option<String>", check_vector<std::optional<std::string>>},
      {"Option<bool>", check_vector<std::optional<bool>>},
      {"Option<()>", check_vector<std::optional<Unit>>},
      {"Option<Option<u32>>", check_vector<std::optional<std::optional<std::uint32_t>>>},
      {"Option<Vec<i16>>", check_vector<std::optional<std::vector<std::int16_t>>>},
      {"Box<u32>", check_vector<std::unique_ptr<std::uint32_t>>},
      {"Vec<u32>", check_vector<std::vector<std::uint32_t>>},
      {"Vec<i32>", check_vector<std::vector<std::int32_t>>},
      {"Vec<String>", check_vector<Strings>},
      {"Vec<bool>", check_vector<std::vector<bool>>},
      {"Vec<()>", check_vector<std::vector<Unit>>},
      {"Vec<f64>", check_vector<std::vector<double>>},
      {"Vec<Option<i8>>", check_vector<std::vector<std::optional<std::int8_t>>>},
      {"Vec<Vec<u8>>", check_vector<std::vector<Bytes>>},
      {"BTreeSet<u32>", check_vector<std::set<std::uint32_t>>},
      {"BTreeMap<String, u32>", check_vector<std::map<std::string, std::uint32_t>>},
      {"BTreeMap<u16, Vec<String>>", check_vector<std::map<std::uint16_t, Strings>>},
      {"[u8; 4]", check_vector<std::array<std::uint8_t, 4>>},
      {"[u32; 3]", check_vector<std::array<std::uint32_t, 3>>},
      {"[String; 2]", check_vector<std::array<std::string, 2>>},
      {"[[i16; 2]; 2]", check_vector<std::array<std::array<std::int16_t, 2>, 2>>},
      {"()", check_vector<Unit>},
      {"(u32,)", check_vector<std::tuple<std::uint32_t>>},
      {"(u32, String)", check_vector<std::pair<std::uint32_t, std::string>>},
      {"(bool, i64)", check_vector<std::tuple<bool, std::int64_t>>},
      {"(u8, i8, u16)", check_vector<std::tuple<std::uint8_t, std::int8_t, std::uint16_t>>},
      {"(u8, (), String, Option<u8>)",
       check_vector<std::tuple<std::uint8_t, Unit, std::string, std::optional<std::uint8_t>>>},
      {"((i32, String), (u8,))",
       check_vector<std::pair<std::pair<std::int32_t, std::string>, std::tuple<std::uint8_t>>>},
      {"Unit0", check_vector<Unit0>},
      {"NT", check_vector<Nt>},
      {"NTT", check_vector<Ntt>},
      {"TS", check_vector<Ts>},
      {"Point", check_vector<Point>},
      {"Person", check_vector<Person>},
      {"Rectangle", check_vector<Rectangle>},
      {"Vec<Point>", check_vector<std::vector<Point>>},
      {"GnarlyPayload", check_vector<GnarlyPayload>},
      {"Color", check_vector<Color>},
      {"Shape", check_vector<Shape>},
      {"Message", check_vector<Message>},
      {"Disc", check_vector<Disc>},
      {"Result<u32, String>", check_vector<std::expected<std::uint32_t, std::string>>},
      {"Result<(), ()>", check_vector<std::expected<void, Unit>>},
      {"Result<String, VoxError>", check_vector<std::expected<std::string, VoxError<Unit>>>},
      {"Result<u32, VoxError>", check_vector<std::expected<std::uint32_t, VoxError<Unit>>>},
      {"VoxError<String>", check_vector<VoxError<std::string>>},
      {"Result<(), VoxError<String>>", check_vector<std::expected<Unit, VoxError<std::string>>>},
      {"Result<i64, VoxError<MathError>>",
       check_vector<std::expected<std::int64_t, VoxError<MathError>>>},
  };
  return table;
}

TEST_SUITE_BEGIN("zerocopy");

TEST_CASE("r[zerocopy.framing.value] values have the bytes that the published crates give them") {
  auto const vectors = voxspec::test::vectors("postcard");
  CHECK(vectors.size() >= 200);
  for (auto const& vector : vectors) {
    auto const name = vector.at("name").get<std::string>();
    CAPTURE(name);
    auto const check = checks().find(vector.at("type").get<std::string>());
    REQUIRE(check != checks().end());
    check->second(from_hex(vector.at("hex").get<std::string>()).value(), vector.at("value"));
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire::test
