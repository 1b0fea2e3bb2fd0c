#include "conformance/peer/schema_check.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace voxspec;

namespace {

Json schemas_of(char const* method) {
  return value_json(Value{*method_schemas(method, "response")}, FieldType::schema_payload);
}
std::string flaw(Json const& json, bool is_whole) {
  return flaw_in_schemas(value_from_json(json, FieldType::schema_payload), is_whole)
      .value_or("none");
}

}  // namespace

TEST_CASE("the schemas of every method are sound and whole") {
  for (auto const method : known_methods()) {
    for (auto const* const direction : {"args", "response"}) {
      INFO(method, " ", direction);
      auto const payload = Value{*method_schemas(method, direction)};
      CHECK(flaw_in_schemas(payload, true).value_or("none") == "none");
    }
  }
}

TEST_CASE("what is wrong with schemas is said") {
  auto missing = schemas_of("echo_point");
  missing["schemas"].erase(0);
  CHECK(flaw(missing, false) == "none");
  CHECK(flaw(missing, true).find("is missing") != std::string::npos);

  auto twice = schemas_of("echo_point");
  twice["schemas"].push_back(twice["schemas"][0]);
  CHECK(flaw(twice, false).find("twice") != std::string::npos);

  auto other = schemas_of("echo_point");
  for (auto& schema : other["schemas"]) {
    if (schema["kind"].value("name", "") == "Point") schema["kind"]["fields"][0]["name"] = "z";
  }
  CHECK(flaw(other, false).find("has the content of") != std::string::npos);

  auto variable = schemas_of("echo_point");
  for (auto& schema : variable["schemas"]) {
    if (schema["kind"].value("name", "") == "Result") schema["type_params"][0] = "U";
  }
  CHECK(flaw(variable, false).find("the variable T") != std::string::npos);

  CHECK(flaw(Json::object(), false) != "none");
}

TEST_CASE("the schemas of a handshake have to describe what they refer to, in any order") {
  auto list = own_message_schemas();
  CHECK(flaw_in_schema_list(list).value_or("none") == "none");
  auto& schemas = *list.get<ValueList>();
  std::ranges::reverse(schemas);
  schemas.push_back(schemas.front());
  CHECK(flaw_in_schema_list(list).value_or("none") == "none");
  CHECK(flaw_in_schema_list(Value{cbor_bytes(list)}).value_or("none") == "none");
  schemas.pop_back();
  schemas.pop_back();  // the first one that the others are made of
  CHECK(flaw_in_schema_list(list).value_or("none").find("is missing") != std::string::npos);
  CHECK(flaw_in_schema_list(Value{std::string{"none"}}));
}
