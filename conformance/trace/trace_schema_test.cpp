#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/term.hpp"
#include "conformance/trace/macros.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("the JSON Schema asks for what the reader asks for, and knows its words") {
  auto const schema = Json::parse(content(schema_path));
  auto const& defs = schema["$defs"];
  auto const same_words = [](Json const& list, auto const& words) {
    std::set<std::string> const wanted{words.begin(), words.end()};
    CHECK(list.get<std::set<std::string>>() == wanted);
  };
  for (auto const& table : key_tables()) {
    INFO(table.name);
    std::set<std::string> required;
    for (auto const& key : table.keys) {
      if (key.required) required.emplace(key.name);
    }
    auto const& def = table.name == "file" ? schema : defs[std::string{table.name}];
    auto const& whole = def.contains("properties") ? def : def["anyOf"][1];
    Json const& asked = whole.contains("anyOf") ? whole["anyOf"][0] : whole;
    same_words(asked.value("required", Json::array()), required);
  }
  for (auto const& list : word_lists()) {
    INFO(list.name);
    same_words(defs[std::string{list.name}]["anyOf"][0]["enum"], list.words);
  }
  auto operators = keys_of(defs["matcher"]["properties"]);
  operators.erase("as");  // beside id_of
  CHECK(operators == std::set<std::string>{matcher_words().begin(), matcher_words().end()});
  same_words(defs["matcher"]["properties"]["any"]["enum"], any_words());
  for (auto const& [name, macro] : macros().items()) {
    INFO(name);
    CHECK(keys_of(defs["macro_" + name]["properties"]) == keys_of(macro["parameters"]));
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
  auto const schema = Json::parse(content(schema_path));
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
