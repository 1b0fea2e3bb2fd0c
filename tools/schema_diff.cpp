#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/compatibility.hpp"
#include "tools/input.hpp"
#include "tools/tool.hpp"

#include <expected>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

using vox::schema::Reading;
using vox::schema::SchemaPayload;

struct SchemaDiffCommand {
  std::string a;
  std::string b;
};

bool looks_like_json(std::string_view content) {
  auto const first = content.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (content[first] == '{' || content[first] == '[');
}

// A list has its root last, as in a handshake.
std::expected<SchemaPayload, std::string> payload_from(vox::ByteView cbor) {
  constexpr auto strictness = vox::wire::Strictness::vox_0_4;
  auto const error = [](vox::Violation const& violation) {
    return std::unexpected("no schemas: byte " + std::to_string(violation.offset) +
                           " of the CBOR: " + violation.detail + " (" +
                           std::string{violation.rule.id()} + ")");
  };
  bool const is_list = !cbor.empty() && std::to_integer<int>(cbor.front()) >> 5 == 4;
  if (!is_list) {
    auto payload = vox::schema::decode_payload(cbor, strictness);
    if (!payload) return error(payload.error());
    return *std::move(payload);
  }
  auto const list = vox::schema::decode_schemas(cbor, strictness);
  if (!list) return error(list.error());
  if (list->empty()) return std::unexpected("no schemas: the list is empty");
  return SchemaPayload{.schemas = {list->begin(), list->end()},
                       .root = vox::schema::TypeRef::concrete(list->back().id)};
}

std::expected<SchemaPayload, std::string> read_schemas(std::string const& input) {
  auto const content = read_content(input);
  if (!content) return std::unexpected(content.error());
  vox::Bytes cbor;
  if (looks_like_json(*content)) {
    auto const json = Json::parse(*content, nullptr, false);
    if (json.is_discarded()) return std::unexpected("not JSON");
    cbor = cbor_bytes(value_from_json(json, FieldType::schema));
  } else if (auto bytes = read_bytes(input)) {
    cbor = *std::move(bytes);
  } else {
    return std::unexpected("neither a file, nor JSON, nor hex");
  }
  return payload_from(cbor);
}

void print(std::string_view from, std::string_view to, Reading const& reading) {
  std::cout << "  values of " << from << (reading.error ? " cannot" : " can") << " be read as "
            << to;
  if (reading.error) {
    std::cout << ":\n    " << reading.error->text() << "\n    (remote is " << from << ", local is "
              << to << ")";
  }
  std::cout << '\n';
  for (auto const& variant : reading.unreadable)
    std::cout << "    but not " << variant << ", which " << to << " does not have\n";
}

std::string_view text_of(vox::schema::Verdict verdict) {
  switch (verdict) {
    case vox::schema::Verdict::compatible:
      return "compatible";
    case vox::schema::Verdict::only_a_as_b:
      return "one way: A as B";
    case vox::schema::Verdict::only_b_as_a:
      return "one way: B as A";
    case vox::schema::Verdict::breaking:
      break;
  }
  return "breaking";
}

int diff_schemas(SchemaDiffCommand const& command) {
  auto const a = read_schemas(command.a);
  if (!a) return complain("A: " + a.error(), exit_usage);
  auto const b = read_schemas(command.b);
  if (!b) return complain("B: " + b.error(), exit_usage);
  auto const compatibility = vox::schema::compare(*a, *b);
  std::cout << text_of(compatibility.verdict()) << '\n';
  print("A", "B", compatibility.a_as_b);
  print("B", "A", compatibility.b_as_a);
  return compatibility.verdict() == vox::schema::Verdict::compatible ? exit_clean : exit_unexpected;
}

}  // namespace

void add_schema(CLI::App& app, Tool& tool) {
  auto* const schema = app.add_subcommand("schema", "Compare the schemas of two types");
  schema->require_subcommand(1);
  auto* const sub = schema->add_subcommand(
      "diff", "Say whether two versions of a type can read each other's values, and where not");
  auto const command = std::make_shared<SchemaDiffCommand>();
  constexpr auto what =
      "A schema payload or a list of schemas whose last is the root: JSON as cases spell it, CBOR "
      "as hex, a file of either, or - for standard input";
  sub->add_option("A", command->a, what)->required()->type_name("JSON|HEX|FILE|-");
  sub->add_option("B", command->b, what)->required()->type_name("JSON|HEX|FILE|-");
  constexpr auto footer =
      "Example:\n"
      "  voxspec schema diff released.json working.json\n"
      "Exit codes: 0 compatible, 1 one way or breaking, 2 not two types";
  sub->footer(footer);
  schema->footer(footer);
  sub->callback([command, &tool] { tool.exit_code = diff_schemas(*command); });
}

}  // namespace voxspec
