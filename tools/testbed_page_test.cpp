// docs/testbed.md is made here, from the catalogue of the service and the tables of
// conformance/subjects/testbed/page_tables.hpp. After a change of either,
// `VOXSPEC_WRITE_PAGES=1 build/gcc/bin/pages_tests` writes it anew.
#include "conformance/peer/json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/subjects/cpp/scenario.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "conformance/subjects/testbed/page_tables.hpp"
#include "impl/wire/bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace voxspec;
using pages::methods;
using pages::scenarios;
using vox::schema::TypeNode;
using vox::schema::TypeRef;

namespace {

std::string type_text(TypeNode const& node);

std::string parts_text(std::vector<vox::schema::NodePart> const& parts) {
  std::string text;
  for (auto const& part : parts) {
    if (!text.empty()) text += ", ";
    if (!part.name.empty()) text += part.name + ": ";
    text += type_text(*part.type);
  }
  return text;
}

std::string type_text(TypeNode const& node) {
  using enum TypeNode::Form;
  auto const element = [&] { return type_text(*node.parts.at(0).type); };
  switch (node.form) {
    case primitive:
      if (node.primitive == vox::schema::Primitive::string) return "String";
      if (node.primitive == vox::schema::Primitive::unit) return "()";
      return std::string{name_of(node.primitive)};
    case list:
      return "Vec<" + element() + ">";
    case option:
      return "Option<" + element() + ">";
    case tuple:
      return "(" + parts_text(node.parts) + ")";
    case channel:
      return (node.direction == vox::shape::ChannelDirection::tx ? "Tx<" : "Rx<") + element() + ">";
    case map:
    case array:
    case tuple_struct:
    case structure:
    case enumeration:
      break;
  }
  return node.name;
}

// struct Point { x: i32, y: i32 }
std::string declaration_text(TypeNode const& node) {
  if (node.form == TypeNode::Form::structure)
    return "struct " + node.name + " { " + parts_text(node.parts) + " }";
  std::string text;
  for (auto const& variant : node.variants) {
    if (!text.empty()) text += ", ";
    text += variant.name;
    if (variant.kind == vox::shape::VariantKind::structure)
      text += " { " + parts_text(variant.parts) + " }";
    if (variant.kind == vox::shape::VariantKind::newtype)
      text += "(" + parts_text(variant.parts) + ")";
  }
  return "enum " + node.name + " { " + text + " }";
}

// The declared types that a type is made of, those that others refer to first.
void collect(TypeNode const& node, std::vector<TypeNode const*>& declared) {
  for (auto const& part : node.parts)
    collect(*part.type, declared);
  for (auto const& param : node.params)
    collect(*param.type, declared);
  for (auto const& variant : node.variants) {
    for (auto const& part : variant.parts)
      collect(*part.type, declared);
  }
  auto const is_declared =
      (node.form == TypeNode::Form::structure || node.form == TypeNode::Form::enumeration) &&
      node.name != "Result" && node.name != "VoxError";
  if (is_declared && std::ranges::find(declared, &node) == declared.end())
    declared.push_back(&node);
}

std::string hex_id(std::uint64_t id) {
  std::ostringstream text;
  text << std::hex << std::setw(16) << std::setfill('0') << id;
  return text.str();
}

// The id of the type and, behind it, those of its arguments: 6847ab90feda71c1<6d7dce914ee150e8>.
std::string ref_text(TypeRef const& ref) {
  auto const& concrete = std::get<vox::schema::Concrete>(ref.form);
  std::string args;
  for (auto const& each : concrete.args)
    args += (args.empty() ? "" : ", ") + ref_text(each);
  return hex_id(concrete.type_id) + (args.empty() ? "" : "<" + args + ">");
}

std::string varint_text(std::uint64_t number) {
  vox::Bytes bytes;
  for (; number > 127; number >>= 7U)
    bytes.push_back(static_cast<std::byte>((number & 127U) | 128U));
  bytes.push_back(static_cast<std::byte>(number));
  return vox::to_hex(bytes);
}

std::string bytes_text(std::string_view half, std::string_view method, std::string_view value) {
  auto const bytes = encode_typed({.by = std::string{half}, .name = std::string{method}},
                                  value_from_json(Json::parse(value), FieldType::typed));
  REQUIRE_MESSAGE(bytes.has_value(), method << " " << value);
  return bytes->empty() ? "" : "`" + vox::to_hex(*bytes) + "`";
}

std::vector<std::string> words(std::string_view text) {
  std::istringstream in{std::string{text}};
  std::vector<std::string> found;
  for (std::string word; std::getline(in >> std::ws, word, ',');)
    found.push_back(word);
  return found;
}

// What a method gives: T, or Result<T, E> if it can fail.
std::string returned_text(TypeNode const& response) {
  auto const& ok = *response.params.at(0).type;
  auto const& error = *response.params.at(1).type->params.at(0).type;
  auto const never = error.form == TypeNode::Form::primitive;
  return never ? type_text(ok) : "Result<" + type_text(ok) + ", " + type_text(error) + ">";
}

std::string signature(pages::MethodExample const& method, testbed::CatalogEntry const& entry) {
  auto const names = words(method.arguments);
  REQUIRE(names.size() == entry.args_node->parts.size());
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : ", ") + names[i] + ": " + type_text(*entry.args_node->parts[i].type);
  auto const returned = returned_text(*entry.response_node);
  return std::string{method.name} + "(" + text + ")" + (returned == "()" ? "" : " -> " + returned);
}

constexpr std::string_view head = R"(# Testbed

The service that a subject serves, so that there is something to call. Its name is `Testbed`. To begin with, `echo` is enough:
[adapter.md](adapter.md) says which cases need no more. [Probe](probe.md) is a second service, for an ability of its own.

This page is made from the judge's own catalogue; a test compares the two.

All methods are volatile, and all but `generate_retry_idem` count as not idempotent. `Tx` is a channel on which the callee sends, `Rx` one on
which it receives; both are ids that the caller chooses. A method that fails in its own way gives `Result<T, E>` here. On the wire every
response is a `Result<T, VoxError<E>>` ([wire.md](wire.md#voxerror)).
)";

std::string page() {
  std::ostringstream out;
  std::ostringstream ids;
  std::ostringstream examples;
  std::vector<TypeNode const*> declared;
  for (auto const& method : methods) {
    INFO(method.name);
    auto const* const entry = testbed::find_method(method.name);
    REQUIRE(entry != nullptr);
    out << "| `" << signature(method, *entry) << "` | " << method.does << " |\n";
    ids << "| `" << method.name << "` | `" << hex_id(entry->id) << "` | `" << varint_text(entry->id)
        << "` | `" << ref_text(entry->args->payload.root) << "` | `"
        << ref_text(entry->response->payload.root) << "` |\n";
    examples << "| `" << method.name << "` | `" << (method.args == "null" ? "[]" : method.args)
             << "` | " << bytes_text("args_of", method.name, method.args) << " | `" << method.result
             << "` | " << bytes_text("returned_by", method.name, method.result) << " |\n";
    collect(*entry->args_node, declared);
    collect(*entry->response_node, declared);
  }
  std::string text{head};
  text += "\n## Methods\n\n| method | does |\n| --- | --- |\n" + out.str();
  text += "\n## Types\n\nFields and variants stand in the order of the wire.\n\n```\n";
  for (auto const* const node : declared)
    text += declaration_text(*node) + '\n';
  text +=
      "```\n\nThe methods of `Profile`, `Record`, `Status`, `Tag`, `Measurement` and `Config` are "
      "there for types that change: the judge also "
      "plays a peer with\na later version of them, and describes it in its schemas. A subject "
      "serves the versions above.\n\n## Ids\n\nThe method's id, the same as the varint that stands "
      "in a call, and the ids "
      "of the types of its arguments and "
      "its response, as they\nstand in `root`: the type, and behind it its arguments. "
      "`conformance/vectors/schemas.json` has the whole "
      "schema payloads as hex, as\n`args:echo` and `response:echo`.\n\n| method | id | as a varint "
      "| arguments | response |\n"
      "| --- | --- | --- | --- | --- |\n" +
      ids.str();
  text +=
      "\n## Example bytes\n\nWhat stands in `args` of a call and in `ret` of its response, without "
      "the length before it. Values are "
      "written as in\n[traces](traces.md#values); a channel is its id.\nHere `sum` got the items 1 "
      "to 5, and `sum_large` 0 to 99.\n\n| method | arguments | "
      "bytes | response | bytes |\n"
      "| --- | --- | --- | --- | --- |\n" +
      examples.str();
  text +=
      "\n## Scenarios of a client\n\nWith `SUBJECT_MODE=client` the subject dials, plays what "
      "`CLIENT_SCENARIO` names, ends the session, "
      "and exits with 0 if all was as it should\nbe, else with 1. The two scenarios of the ability "
      "`probe` are in [probe.md](probe.md)."
      "\n\n| scenario | does, and expects |\n| --- | --- |\n";
  for (auto const& scenario : scenarios)
    text += "| `" + std::string{scenario.name} + "` | " + std::string{scenario.does} + " |\n";
  return text;
}

}  // namespace

TEST_CASE("the page of Testbed is what the catalogue gives") {
  auto const wanted = page();
  if (std::getenv("VOXSPEC_WRITE_PAGES") != nullptr)
    std::ofstream{"docs/testbed.md", std::ios::binary} << wanted;
  std::ifstream file{"docs/testbed.md", std::ios::binary};
  std::string const found{std::istreambuf_iterator<char>{file}, {}};
  CHECK_MESSAGE(found == wanted, "VOXSPEC_WRITE_PAGES=1 writes it anew");
}

TEST_CASE("the page of Testbed has each method and each scenario") {
  auto const entries = testbed::catalog();
  for (auto const& entry : entries) {
    if (entry.service != "Testbed") continue;
    CHECK_MESSAGE(
        std::ranges::find(methods, entry.name, &pages::MethodExample::name) != std::end(methods),
        entry.name);
  }
  auto const played = subject::scenario_names();
  for (auto const name : played)
    CHECK_MESSAGE(
        std::ranges::find(scenarios, name, &pages::ScenarioText::name) != std::end(scenarios),
        name);
  CHECK(played.size() == std::size(scenarios));
}
