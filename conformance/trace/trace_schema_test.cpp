#include "conformance/trace/trace_schema.hpp"

#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/frame_template.hpp"
#include "conformance/trace/macros.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace voxspec;

namespace {

constexpr char const* schema_path = "traces/trace.schema.json";

std::string content(char const* path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::set<std::string> keys_of(Json const& object) {
  std::set<std::string> keys;
  for (auto const& [key, value] : object.items())
    keys.insert(key);
  keys.erase("$");
  return keys;
}

}  // namespace

// With VOXSPEC_WRITE_SCHEMA set the file is written anew, for those who changed the tables.
TEST_CASE("the committed JSON Schema is what the reader's tables say") {
  auto const wanted = trace_schema().dump(2) + "\n";
  if (std::getenv("VOXSPEC_WRITE_SCHEMA") != nullptr) {
    std::ofstream{schema_path, std::ios::binary} << wanted;
  }
  CHECK(content(schema_path) == wanted);
}

TEST_CASE("the JSON Schema has the keys of the reader, each with a description") {
  auto const schema = Json::parse(content(schema_path));
  auto const& defs = schema["$defs"];
  for (auto const& table : key_tables()) {
    INFO(table.name);
    auto const& def = table.name == "file" ? schema : defs[std::string{table.name}];
    auto const& properties =
        def.contains("properties") ? def["properties"] : def["anyOf"][1]["properties"];
    auto const keys = keys_of(properties);
    std::set<std::string> known;
    for (auto const name : key_names(table.name))
      known.emplace(name);
    CHECK(keys == known);
    for (auto const& key : keys)
      CHECK(properties[key].contains("description"));
  }
  std::set<std::string> in_steps;
  for (auto const& key : common_step_keys())
    in_steps.emplace(key.name);
  for (auto const& kind : step_kinds()) {
    in_steps.emplace(kind.name);
    for (auto const& key : kind.beside)
      in_steps.emplace(key.name);
  }
  for (auto const& [name, macro] : macros().items())
    in_steps.insert(name);
  CHECK(keys_of(defs["step"]["properties"]) == in_steps);
  for (auto const& kind : frame_kinds()) {
    INFO(kind.name);
    std::set<std::string> fields;
    for (auto const& field : kind.fields)
      fields.emplace(field.name);
    CHECK(keys_of(defs["frame_" + std::string{kind.name}]["properties"]) == fields);
  }
}

TEST_CASE("the documentation names every step, macro, frame, operator and key") {
  auto const text = content("docs/traces.md");
  auto const names = [&](std::string_view word) {
    INFO(word);
    CHECK(text.find("`" + std::string{word} + "`") != std::string::npos);
  };
  for (auto const& kind : step_kinds()) {
    names(kind.name);
    for (auto const& key : kind.beside)
      names(key.name);
  }
  for (auto const& [name, macro] : macros().items())
    names(name);
  for (auto const& kind : frame_kinds())
    names(kind.name);
  for (auto const word : matcher_words())
    names(word);
  for (auto const& table : key_tables()) {
    for (auto const& key : table.keys)
      names(key.name);
  }
}

TEST_CASE("every reference of the JSON Schema leads somewhere") {
  auto const schema = trace_schema();
  auto const check = [&](auto const& self, Json const& value) -> void {
    if (!value.is_structured()) return;
    for (auto const& [key, inner] : value.items()) {
      if (key == "$ref" && inner.is_string()) {
        auto const name = inner.template get<std::string>().substr(8);
        INFO(name);
        CHECK(schema["$defs"].contains(name));
      } else {
        self(self, inner);
      }
    }
  };
  check(check, schema);
}
