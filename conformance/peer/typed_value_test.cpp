#include "conformance/peer/typed_value.hpp"

#include "conformance/peer/method_name.hpp"
#include "conformance/peer/schema_json.hpp"
#include "conformance/peer/testbed.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace voxspec;

namespace {

std::string encoded(std::string_view type, std::string_view value) {
  auto const json = Json::parse(value);
  try {
    return vox::to_hex(encode_typed(type, {json, {}}));
  } catch (Fault const& fault) {
    return "error: " + fault.what;
  }
}

}  // namespace

TEST_CASE("values become what Rust makes of them, and come back") {
  struct Row {
    std::string_view type;
    std::string_view value;
    std::string_view hex;
  };
  static constexpr Row rows[] = {
      {"(String)", R"(["hi"])", "026869"},
      {"()", "null", ""},
      {"unit", "null", ""},
      {"(i32, i64)", "[-1, 150]", "01ac02"},
      {"(bool, u8, u16)", "[true, 255, 300]", "01ffac02"},
      {"i64", R"("-9223372036854775808")", "ffffffffffffffffff01"},
      {"u64", R"("18446744073709551615")", "ffffffffffffffffff01"},
      {"f64", "1.5", "000000000000f83f"},
      {"Option<String>", "null", "00"},
      {"Option<u32>", "42", "012a"},
      {"Vec<u32>", "[1, 2]", "020102"},
      {"Vec<u8>", R"({"hex": "deadbeef"})", "04deadbeef"},
      {"Color", R"("Blue")", "02"},
      {"Point", R"({"x": 1, "y": -1})", "0201"},
      {"Message", R"({"Text": "a"})", "000161"},
      {"Shape", R"({"Circle": {"radius": 1.5}})", "00000000000000f83f"},
      {"Result<String, VoxError<never>>", R"({"Ok": "hi"})", "00026869"},
      {"Result<(), VoxError<never>>", R"({"Err": "UnknownMethod"})", "0101"},
      {"Result<i64, VoxError<MathError>>", R"({"Err": {"User": "Overflow"}})", "010001"},
      {"Result<i64, VoxError<MathError>>", R"({"Err": {"InvalidPayload": ""}})", "010200"},
      {"(Rx<i32>)", "[3]", "03"},
  };
  for (auto const& row : rows) {
    INFO(row.type, " ", row.value);
    CHECK(encoded(row.type, row.value) == row.hex);
    auto const back = decode_typed(row.type, vox::from_hex(row.hex).value());
    CHECK(back.value() == Json::parse(row.value));
  }
}

TEST_CASE("a value that its type does not have is named") {
  CHECK(encoded("()", "[]").empty());
  CHECK(encoded("()", "[1]").find("the unit's only value") != std::string::npos);
  CHECK(encoded("u8", "256").find("does not fit") != std::string::npos);
  CHECK(encoded("i8", "128").find("does not fit") != std::string::npos);
  CHECK(encoded("i64", R"("9223372036854775808")").find("a whole number is wanted") !=
        std::string::npos);
  CHECK(encoded("Color", R"("Bleu")").find("did you mean 'Blue'?") != std::string::npos);
  CHECK(encoded("Point", R"({"x": 1})").find("'y' is missing") != std::string::npos);
  CHECK(encoded("Pint", "1").find("unknown type 'Pint'") != std::string::npos);
  CHECK(encoded("Vec<u8", "[]").find("'>' is missing") != std::string::npos);
  CHECK(encoded("(String, (i32)", "[]").find("')' is missing") != std::string::npos);
  CHECK_FALSE(decode_typed("Color", vox::from_hex("03").value()));
  CHECK_FALSE(decode_typed("Vec<u32>", vox::from_hex("ffffffff0f").value()));
  CHECK_FALSE(decode_typed("u8", vox::from_hex("0000").value()));
}

TEST_CASE("r[schema.type-id.hash] the schemas of Testbed carry the ids that peers compute") {
  for (auto const& method : testbed_methods()) {
    INFO(method.name);
    CHECK(method_schemas(method.name, "args"));
    CHECK(method_schemas(method.name, "response"));
  }
  auto const args = method_schemas("echo", "args").value();
  CHECK(args["root"]["type_id"] == "0x6847ab90feda71c1");
  CHECK(args["schemas"][0]["id"] == "0x6d7dce914ee150e8");
  CHECK(args["schemas"].size() == 2);
  CHECK(method_schemas("all_colors", "args").value()["root"]["type_id"] == "0xbc5c33249a2dc720");
  CHECK(method_schemas("echo", "response").value()["root"]["type_id"] == "0x42046de663beeef0");
  CHECK_FALSE(method_schemas("Other.echo", "args"));
}

TEST_CASE("r[rpc.method-id] a method without a service is one of Testbed's") {
  CHECK(method_id("echo") == 0x880bc4eee23574beU);
  CHECK(method_id("Testbed.echo") == 0x880bc4eee23574beU);
  CHECK(method_id("Kv.vol") == 0xf113c013bb51d381U);
}
