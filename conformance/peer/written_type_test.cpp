#include "conformance/peer/written_type.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/content_hash.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace voxspec;

namespace {

std::string encoded(std::string_view type, std::string_view value) {
  auto const json = Json::parse(type);
  auto const text = written_type(Place{json, {}});
  auto const bytes = encode_typed({.by = "written", .name = text},
                                  value_from_json(Json::parse(value), FieldType::typed));
  return bytes ? vox::to_hex(*bytes) : "error: " + bytes.error().what;
}

std::string fault_of(std::string_view type) {
  auto const json = Json::parse(type);
  try {
    (void)written_schemas(Place{json, {}});
  } catch (Fault const& fault) {
    return fault.where + " " + fault.what;
  }
  return "none";
}

vox::schema::SchemaPayload payload_of(std::string_view type) {
  auto const json = Json::parse(type);
  return vox::schema::decode_payload(cbor_bytes(written_schemas(Place{json, {}}))).value();
}

}  // namespace

TEST_CASE("values of written types become postcard") {
  CHECK(encoded(R"({"as": ["P"], "types": {"P": {"struct": {"y": "i32", "x": "i32"}}}})",
                R"([{"x": 1, "y": 2}])") == "0402");
  CHECK(
      encoded(R"({"as": "E", "types": {"E": {"enum": {"A": null, "B": {"tuple": ["u8", "u8"]}}}}})",
              R"({"B": [1, 2]})") == "010102");
  CHECK(encoded(R"({"as": {"map": ["string", "u8"]}})", R"([["a", 1], ["b", 2]])") ==
        "020161010162"
        "02");
  CHECK(encoded(R"({"as": {"array": "u16", "length": 2}})", "[1, 300]") == "01ac02");
  CHECK(encoded(R"({"as": {"returns": "string"}})", R"({"Ok": "a"})") == "000161");
  CHECK(encoded(R"({"as": {"array": "u8", "length": 2}})", "[1]").starts_with("error"));
}

TEST_CASE("schemas of written types have the ids of their content") {
  auto const testbed = payload_of(R"({"as": ["Point"]})");
  auto const written =
      payload_of(R"({"as": ["Point"], "types": {"Point": {"struct": {"x": "i32", "y": "i32"}}}})");
  CHECK(written == testbed);
  for (auto const& schema : written.schemas)
    CHECK(vox::schema::content_hash(schema) == schema.id);
  auto const less = payload_of(R"({"as": ["Point"], "without": ["i32"]})");
  CHECK(less.schemas.size() + 1 == testbed.schemas.size());
  CHECK(payload_of(R"({"as": ["Point"], "without": "all"})").schemas.empty());
  auto const recursive =
      payload_of(R"({"as": "N", "types": {"N": {"struct": {"next": {"option": "N"}}}}})");
  CHECK(recursive.schemas.size() == 2);
}

TEST_CASE("what is no type is found where it stands") {
  CHECK(fault_of(R"({"as": ["Pont"]})").starts_with("/as/0 unknown type"));
  CHECK(fault_of(R"({"as": {"map": ["u8"]}})").starts_with("/as/map"));
  CHECK(fault_of(R"({"as": "A", "types": {"A": {"struct": {"f": {"lst": "u8"}}}}})")
            .starts_with("/types/A/struct/f"));
  CHECK(fault_of(R"({"as": "u8", "without": ["i32"]})").starts_with("/without/0"));
}
