// docs/testbed.md is made here, from the catalogue of the service and the two tables below. After a
// change of either `VOXSPEC_WRITE_PAGES=1 build/gcc/bin/pages_tests` writes it anew.
#include "conformance/peer/json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/subjects/cpp/scenario.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
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
using vox::schema::TypeNode;
using vox::schema::TypeRef;

namespace {

struct Method {
  std::string_view name;
  std::string_view arguments;  // their names
  std::string_view does;
  std::string_view args;    // an example, as JSON
  std::string_view result;  // what a subject answers to it
};
constexpr Method methods[] = {
    {"echo", "message", "gives the text back", R"(["hi"])", R"({"Ok": "hi"})"},
    {"reverse", "message", "the characters from the last to the first", R"(["héy"])",
     R"({"Ok": "yéh"})"},
    {"divide", "dividend, divisor",
     "the quotient, cut towards zero; `DivisionByZero`; `Overflow` for the least number by -1",
     "[10, 3]", R"({"Ok": 3})"},
    {"lookup", "id",
     "1 is Alice, 30, alice@example.com; 2 is Bob, 25, without an address; 3 is Charlie, 35, "
     "charlie@example.com; 100 to "
     "199 `AccessDenied`; all others `NotFound`",
     "[2]", R"({"Ok": {"name": "Bob", "age": 25, "email": null}})"},
    {"sum", "numbers", "adds the items up until the channel is closed", "[1]", R"({"Ok": 15})"},
    {"generate", "count, output", "sends 0, 1, … count - 1 and closes the channel", "[5, 1]",
     R"({"Ok": null})"},
    {"generate_retry_non_idem", "count, output", "the same", "[40, 1]", R"({"Ok": null})"},
    {"generate_retry_idem", "count, output", "the same, and declared idempotent", "[40, 1]",
     R"({"Ok": null})"},
    {"transform", "input, output",
     "sends each item back until `input` is closed, then closes `output`", "[1, 3]",
     R"({"Ok": null})"},
    {"echo_point", "point", "gives it back", R"([{"x": 42, "y": -7}])",
     R"({"Ok": {"x": 42, "y": -7}})"},
    {"create_person", "name, age, email", "a person of these", R"(["Dave", 40, null])",
     R"({"Ok": {"name": "Dave", "age": 40, "email": null}})"},
    {"rectangle_area", "rect",
     "the product of the differences of the x and of the y, without a sign",
     R"([{"top_left": {"x": 0, "y": 10}, "bottom_right": {"x": 5, "y": 0}, "label": null}])",
     R"({"Ok": 50.0})"},
    {"parse_color", "name", "the color of this name, in capitals or not; none if there is none",
     R"(["Green"])", R"({"Ok": "Green"})"},
    {"shape_area", "shape", "pi r², width times height, or 0",
     R"([{"Rectangle": {"width": 3.0, "height": 4.0}}])", R"({"Ok": 12.0})"},
    {"create_canvas", "name, shapes, background", "a canvas of these",
     R"(["c", ["Point"], "Blue"])",
     R"({"Ok": {"name": "c", "shapes": ["Point"], "background": "Blue"}})"},
    {"echo_gnarly", "payload", "gives it back",
     R"([{"revision": 1, "mount": "/", "entries": [], "footer": null, "digest": {"hex": "00ff"}}])",
     R"({"Ok": {"revision": 1, "mount": "/", "entries": [], "footer": null, "digest": {"hex": "00ff"}}})"},
    {"process_message", "msg",
     "a text with \"processed: \" before it; twice the number; the bytes from the last to the "
     "first",
     R"([{"Number": 21}])", R"({"Ok": {"Number": 42}})"},
    {"get_points", "count", "the points (i, 2i) for i from 0 to count - 1", "[2]",
     R"({"Ok": [{"x": 0, "y": 0}, {"x": 1, "y": 2}]})"},
    {"swap_pair", "pair", "the same the other way round", R"([[99, "a"]])", R"({"Ok": ["a", 99]})"},
    {"echo_bytes", "data", "gives it back", R"([{"hex": "01ff"}])", R"({"Ok": {"hex": "01ff"}})"},
    {"echo_bool", "b", "gives it back", "[true]", R"({"Ok": true})"},
    {"echo_u64", "n", "gives it back", "[300]", R"({"Ok": 300})"},
    {"echo_option_string", "s", "gives it back", R"([null])", R"({"Ok": null})"},
    {"sum_large", "numbers", "as sum", "[1]", R"({"Ok": 4950})"},
    {"generate_large", "count, output", "as generate", "[100, 1]", R"({"Ok": null})"},
    {"all_colors", "", "red, green, blue", "null", R"({"Ok": ["Red", "Green", "Blue"]})"},
    {"describe_point", "label, x, y, active", "a point of these", R"(["p", 1, -1, true])",
     R"({"Ok": {"label": "p", "x": 1, "y": -1, "active": true}})"},
    {"echo_shape", "shape", "gives it back", R"([{"Circle": {"radius": 1.5}}])",
     R"({"Ok": {"Circle": {"radius": 1.5}}})"},
    {"echo_status_v1", "status", "gives it back", R"(["Inactive"])", R"({"Ok": "Inactive"})"},
    {"echo_tag_v1", "tag", "gives it back", R"([{"label": "a", "priority": 1, "note": "b"}])",
     R"({"Ok": {"label": "a", "priority": 1, "note": "b"}})"},
    {"echo_profile", "profile", "gives it back", R"([{"name": "a", "bio": "b"}])",
     R"({"Ok": {"name": "a", "bio": "b"}})"},
    {"echo_record", "record", "gives it back", R"([{"alpha": 1, "beta": "b", "gamma": 1.5}])",
     R"({"Ok": {"alpha": 1, "beta": "b", "gamma": 1.5}})"},
    {"echo_status", "status", "gives it back", R"(["Active"])", R"({"Ok": "Active"})"},
    {"echo_tag", "tag", "gives it back", R"([{"label": "a", "priority": 1, "note": "b"}])",
     R"({"Ok": {"label": "a", "priority": 1, "note": "b"}})"},
    {"echo_measurement", "m", "gives it back", R"([{"unit": "m", "value": 1.5}])",
     R"({"Ok": {"unit": "m", "value": 1.5}})"},
    {"echo_config", "c", "gives it back", R"([{"key": "a", "value": "b"}])",
     R"({"Ok": {"key": "a", "value": "b"}})"},
};

struct Scenario {
  std::string_view name;
  std::string_view does;
};
constexpr Scenario scenarios[] = {
    {"echo", "echo(\"hello from client\") gives the same"},
    {"reverse", "reverse(\"hello\") gives \"olleh\""},
    {"divide_success", "divide(10, 3) gives 3"},
    {"divide_zero", "divide(10, 0) gives `DivisionByZero`"},
    {"divide_overflow", "divide(-9223372036854775808, -1) gives `Overflow`"},
    {"lookup_found", "lookup(1) gives Alice"},
    {"lookup_found_no_email", "lookup(2) gives Bob, without an address"},
    {"lookup_not_found", "lookup(999) gives `NotFound`"},
    {"lookup_access_denied", "lookup(100) gives `AccessDenied`"},
    {"echo_point", "echo_point of (42, -7) gives the same"},
    {"create_person", "create_person(\"Dave\", 40, \"dave@example.com\") gives a person of these"},
    {"rectangle_area", "rectangle_area of (0, 10) and (5, 0) gives 50"},
    {"parse_color",
     "parse_color of \"red\", \"Green\", \"BLUE\" and \"purple\", one after the other, gives the "
     "three colors and none"},
    {"get_points", "get_points(5) gives (0, 0), (1, 2), (2, 4), (3, 6), (4, 8)"},
    {"swap_pair", "swap_pair((99, \"hello\")) gives (\"hello\", 99)"},
    {"echo_bytes",
     "echo_bytes of no bytes, of 01 02 03 ff 00 80, and of 5,000 bytes 07, gives the same"},
    {"echo_bool", "echo_bool of true and false gives the same"},
    {"echo_u64", "echo_u64 of 0, 1, 127, 128, 1000000000000 and 2^64 - 1 gives the same"},
    {"echo_option_string", "echo_option_string of \"hello\" and of none gives the same"},
    {"describe_point", "describe_point(\"origin\", 0, 0, true) gives a point of these"},
    {"all_colors", "all_colors() gives Red, Green, Blue"},
    {"echo_shape",
     "echo_shape of Point, a Circle of 1.25 and a Rectangle of 2 by 5 gives the same"},
    {"shape_area", "shape_area of a Rectangle of 3 by 4 gives 12"},
    {"create_canvas",
     "create_canvas(\"canvas\", [Point, Circle of 2.5], Green) gives a canvas of these"},
    {"process_message",
     "process_message of Text(\"hi\"), Number(21) and Data(01 02 03 04) gives Text(\"processed: "
     "hi\"), Number(42), Data(04 03 02 01)"},
    {"pipelining",
     "ten calls echo(\"message 0\") … echo(\"message 9\"), all sent before the first answer is "
     "awaited; each gives the same"},
    {"sum_client_to_server", "sum, with 1, 2, 3, 4, 5 and a close on the channel, gives 15"},
    {"sum_large", "sum_large, with 0 … 99 and a close, gives 4950"},
    {"generate_large",
     "generate_large(100) gives 0 … 99 on the channel, then a close, and returns"},
    {"transform_bidi",
     "transform, with \"alpha\", \"beta\", \"gamma\" and a close, gives the same on the other "
     "channel, and returns"},
    {"channel_retry_non_idem",
     "generate_retry_non_idem(40). The judge breaks the link on the way; the subject takes the "
     "session up again. The call has to end as `Indeterminate`, after items in order"},
    {"channel_retry_idem",
     "generate_retry_idem(40), and the same break: some items in order from 0, then all 40 once "
     "more from 0, and the call returns"},
};

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

std::string signature(Method const& method, testbed::CatalogEntry const& entry) {
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
    CHECK_MESSAGE(std::ranges::find(methods, entry.name, &Method::name) != std::end(methods),
                  entry.name);
  }
  auto const played = subject::scenario_names();
  for (auto const name : played)
    CHECK_MESSAGE(std::ranges::find(scenarios, name, &Scenario::name) != std::end(scenarios), name);
  CHECK(played.size() == std::size(scenarios));
}
