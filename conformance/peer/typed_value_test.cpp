#include "conformance/peer/typed_value.hpp"

#include "conformance/peer/method_name.hpp"
#include "conformance/peer/value_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace voxspec;

namespace {

// "i32", "args_of echo", "returned_by echo".
TypeName type_named(std::string_view text) {
  auto const space = text.find(' ');
  if (space == std::string_view::npos) return {.by = "as", .name = std::string{text}};
  return {.by = std::string{text.substr(0, space)}, .name = std::string{text.substr(space + 1)}};
}

std::string encoded(std::string_view type, std::string_view value) {
  auto const bytes =
      encode_typed(type_named(type), value_from_json(Json::parse(value), FieldType::typed));
  return bytes ? vox::to_hex(*bytes) : "error: " + bytes.error().where + " " + bytes.error().what;
}

}  // namespace

TEST_CASE("values become what Rust makes of them, and come back") {
  struct Row {
    std::string_view type;
    std::string_view value;
    std::string_view hex;
  };
  static constexpr Row rows[] = {
      {"args_of echo", R"(["hi"])", "026869"},
      {"args_of all_colors", "null", ""},
      {"args_of divide", "[-1, 150]", "01ac02"},
      {"args_of create_person", R"(["a", 255, null])", "0161ff00"},
      {"args_of create_person", R"(["a", 1, "b"])", "016101010162"},
      {"i64", R"("-9223372036854775808")", "ffffffffffffffffff01"},
      {"u64", R"("18446744073709551615")", "ffffffffffffffffff01"},
      {"f64", "1.5", "000000000000f83f"},
      {"bool", "true", "01"},
      {"args_of echo_option_string", "[null]", "00"},
      {"returned_by get_points", R"({"Ok": [{"x": 1, "y": 2}]})", "00010204"},
      {"args_of echo_bytes", R"([{"hex": "deadbeef"}])", "04deadbeef"},
      {"Color", R"("Blue")", "02"},
      {"Point", R"({"x": 1, "y": -1})", "0201"},
      {"Message", R"({"Text": "a"})", "000161"},
      {"Shape", R"({"Circle": {"radius": 1.5}})", "00000000000000f83f"},
      {"returned_by echo", R"({"Ok": "hi"})", "00026869"},
      {"returned_by generate", R"({"Err": "UnknownMethod"})", "0101"},
      {"returned_by divide", R"({"Err": {"User": "Overflow"}})", "010001"},
      {"returned_by divide", R"({"Err": {"InvalidPayload": ""}})", "010200"},
      {"args_of sum", "[3]", "03"},
      {"Batch", R"({"cells": [1, 2, 3, 300], "totals": [["a", 1]], "labels": ["x", "y"]})",
       "010203ac02010161010201780179"},
      {"Mark", R"({"Span": [1, 300]})", "0101ac02"},
      {"args_of Probe.echo_tree", R"([{"value": 1, "children": [{"value": 2, "children": []}]}])",
       "01010200"},
      {"args_of Probe.follow", R"([{"Copied": {"copies": 1, "numbers": 3}}])", "020103"},
  };
  for (auto const& row : rows) {
    INFO(row.type, " ", row.value);
    CHECK(encoded(row.type, row.value) == row.hex);
    auto const back = decode_typed(type_named(row.type), vox::from_hex(row.hex).value());
    CHECK(value_json(back.value(), FieldType::typed) == Json::parse(row.value));
  }
}

TEST_CASE("a value that its type does not have is named, with where it stands") {
  auto const says = [](std::string_view type, std::string_view value, std::string_view what) {
    auto const error = encoded(type, value);
    INFO(error);
    CHECK(error.find(what) != std::string::npos);
  };
  CHECK(encoded("args_of all_colors", "[]").empty());
  says("args_of all_colors", "[1]", "the unit's only value");
  says("u8", "256", "does not fit");
  says("i32", "2147483648", "does not fit");
  says("i64", R"("9223372036854775808")", "a whole number is wanted");
  says("Color", R"("Bleu")", "did you mean 'Blue'?");
  says("Point", R"({"x": 1})", "'y' is missing");
  says("Point", R"({"x": 1, "y": 2, "z": 3})", "unknown key 'z'");
  says("Rectangle", R"({"top_left": {"x": "a", "y": 1}, "bottom_right": 1, "label": null})",
       "/top_left/x a whole number");
  says("Pint", "1", "unknown type 'Pint' (did you mean 'Point'?)");
  says("args_of ecko", "[]", "unknown method 'ecko'");
  CHECK_FALSE(decode_typed(type_named("Color"), vox::from_hex("03").value()));
  CHECK_FALSE(
      decode_typed(type_named("returned_by get_points"), vox::from_hex("00ffffffff0f").value()));
  CHECK_FALSE(decode_typed(type_named("u8"), vox::from_hex("0000").value()));
  // A tree that is deeper than any of ours: a value and one child, again and again.
  std::string deep;
  for (int i = 0; i < 1000; ++i)
    deep += "0101";
  CHECK_FALSE(decode_typed(type_named("Tree"), vox::from_hex(deep + "0100").value()));
}

TEST_CASE("r[schema.type-id.hash] the schemas of Testbed carry the ids that peers compute") {
  auto const schemas = [](std::string_view method, std::string_view direction) {
    return value_json(method_schemas(method, direction).value(), FieldType::schema);
  };
  for (auto const method : known_methods()) {
    INFO(method);
    CHECK(method_schemas(method, "args"));
    CHECK(method_schemas(method, "response"));
  }
  auto const args = schemas("echo", "args");
  CHECK(args["root"]["type_id"] == "0x6847ab90feda71c1");
  CHECK(args["schemas"][0]["id"] == "0x6d7dce914ee150e8");
  CHECK(args["schemas"].size() == 2);
  CHECK(schemas("all_colors", "args")["root"]["type_id"] == "0xbc5c33249a2dc720");
  CHECK(schemas("echo", "response")["root"]["type_id"] == "0x42046de663beeef0");
  CHECK_FALSE(method_schemas("Other.echo", "args"));
}

TEST_CASE("r[rpc.method-id] a method without a service is one of Testbed's") {
  CHECK(method_id("echo") == 0x880bc4eee23574beU);
  CHECK(method_id("Testbed.echo") == 0x880bc4eee23574beU);
  CHECK(method_id("Kv.vol") == 0xf113c013bb51d381U);
  CHECK(method_of(method_id("echo")) == "echo");
  CHECK(method_of(method_id("Probe.run")) == "Probe.run");
  CHECK(short_method_name("Testbed.echo") == "echo");
  CHECK(short_method_name("Testbed2.echo") == "Testbed2.echo");
}
