#include "conformance/trace/trace_schema.hpp"

#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/frame_template.hpp"
#include "conformance/trace/macros.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

Json refer_to(std::string_view name) {
  return {{"$ref", "#/$defs/" + std::string{name}}};
}

Json described(std::string_view type, std::string_view about) {
  auto out = refer_to(type);
  out["description"] = about;
  return out;
}

// A value that a parameter may stand for.
Json or_parameter(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), refer_to("parameter")})}};
}

Json list_of(std::string_view type, std::size_t least = 0) {
  Json list{{"type", "array"}, {"items", refer_to(type)}};
  if (least > 0) list["minItems"] = least;
  return list;
}

Json one_or_more(std::string_view type) {
  return {{"anyOf", Json::array({refer_to(type), list_of(type, 1), refer_to("parameter")})}};
}

// An object with these keys and no others. The entries of a parameter may stand for any of them.
Json object_with(std::string_view about, Json properties, Json const& required) {
  properties["$"] = refer_to("parameter_name");
  Json out{{"description", about},
           {"type", "object"},
           {"properties", std::move(properties)},
           {"additionalProperties", false}};
  if (!required.empty()) {
    Json const spliced{{"required", Json::array({"$"})}};
    out["anyOf"] = Json::array({Json{{"required", required}}, spliced});
  }
  return out;
}

Json table_schema(KeyTable const& table) {
  Json properties = Json::object();
  Json required = Json::array();
  for (auto const& key : table.keys) {
    properties[std::string{key.name}] = described(key.type, key.about);
    if (key.required) required.push_back(key.name);
  }
  auto out = object_with(table.about, std::move(properties), required);
  if (table.name == "row") out["additionalProperties"] = true;
  return out;
}

std::string field_type_name(FieldType type) {
  static std::map<FieldType, std::string> const names{
      {FieldType::u8, "field_number"},
      {FieldType::u32, "field_number"},
      {FieldType::u64, "field_number"},
      {FieldType::id, "id"},
      {FieldType::method_id, "field_method_id"},
      {FieldType::text, "field_text"},
      {FieldType::boolean, "field_boolean"},
      {FieldType::bytes, "field_bytes"},
      {FieldType::key, "field_key"},
      {FieldType::maybe_u32, "field_maybe_number"},
      {FieldType::reserved, "field_text"},
      {FieldType::parity, "field_parity"},
      {FieldType::direction, "field_direction"},
      {FieldType::settings, "field_settings"},
      {FieldType::metadata, "field_metadata"},
      {FieldType::schema_payload, "field_schemas"},
      {FieldType::message_schema, "value"},
      {FieldType::message, "frame"},
      {FieldType::extra, "object"},
  };
  return names.at(type);
}

Json fields_schema(std::string_view about, std::span<FrameField const> fields, bool loose) {
  Json properties = Json::object();
  for (auto const& field : fields) {
    // A handshake is a CBOR map: any field may be missing, or be anything.
    auto const type = loose ? std::string{"value"} : field_type_name(field.type);
    auto property = described(type, field.about);
    if (!field.preset.empty()) property["default"] = Json::parse(field.preset);
    properties[std::string{field.name}] = std::move(property);
  }
  return object_with(about, std::move(properties), Json::array());
}

// What stands for a field: the value itself, a name, an operator or a parameter.
Json field(Json core) {
  return {{"anyOf", Json::array({std::move(core), refer_to("name"), refer_to("matcher"),
                                 refer_to("parameter")})}};
}

void add_plain_types(Json& defs) {
  defs["value"] = {{"description", "Any JSON"}};
  defs["parameter_name"] = {{"description", "The name of a parameter"}, {"type", "string"}};
  defs["parameter"] = {{"description", "The value of a parameter"},
                       {"type", "object"},
                       {"properties", {{"$", refer_to("parameter_name")}}},
                       {"required", Json::array({"$"})}};
  defs["name"] = {{"description", "A name: bound at its first match, equal after"},
                  {"type", "string"},
                  {"pattern", "^\\$[^$]"}};
  defs["text"] = or_parameter({{"type", "string"}});
  defs["hex"] = {{"description", "Two hex digits a byte; blanks may stand between"},
                 {"type", "string"},
                 {"pattern", "^([0-9a-fA-F]{2}|\\s)*$"}};
  defs["boolean"] = or_parameter({{"type", "boolean"}});
  defs["number"] = or_parameter({{"type", Json::array({"integer", "string"})}});
  defs["integer"] = or_parameter({{"type", "integer"}});
  defs["count"] = or_parameter({{"type", "integer"}, {"minimum", 0}});
  defs["numbers"] = or_parameter({{"type", "array"}, {"items", {{"type", "integer"}}}});
  defs["object"] = {{"type", "object"}};
  defs["names"] = or_parameter(list_of("text"));
  defs["version"] = {{"const", 1}};
  defs["rules"] = or_parameter(list_of("text", 1));
  defs["rows"] = list_of("row", 1);
  defs["environment"] =
      or_parameter({{"type", "object"}, {"additionalProperties", refer_to("text")}});
}

void add_word_types(Json& defs) {
  for (auto const& list : word_lists()) {
    Json words = Json::array();
    for (auto const word : list.words)
      words.push_back(word);
    defs[std::string{list.name}] = or_parameter({{"enum", std::move(words)}});
  }
  defs["transports"] = or_parameter(list_of("transport", 1));
  defs["reactions"] = or_parameter(list_of("reaction", 1));
  defs["ends"] = one_or_more("end");
  defs["process_state"] = {{"anyOf", Json::array({refer_to("process_word"), refer_to("exited")})}};
  defs["process"] = one_or_more("process_state");
  defs["write"] = {{"anyOf", Json::array({refer_to("write_word"), refer_to("split")})}};
  Json const code{{"type", "integer"}, {"minimum", 0}, {"maximum", 255}};
  Json const codes{{"type", "array"}, {"items", code}, {"minItems", 1}};
  defs["exit"] = or_parameter({{"anyOf", Json::array({code, codes, Json{{"const", "any"}}})}});
  Json kinds = Json::array();
  for (auto const& kind : frame_kinds())
    kinds.push_back(kind.name);
  defs["frame_kinds"] = or_parameter({{"type", "array"}, {"items", {{"enum", std::move(kinds)}}}});
}

Json matcher_schema() {
  Json any = Json::array();
  for (auto const word : any_words())
    any.push_back(word);
  Json const properties{
      {"any", {{"description", "Any value of this kind"}, {"enum", std::move(any)}}},
      {"one_of", {{"description", "One of these"}, {"type", "array"}, {"minItems", 1}}},
      {"range",
       {{"description", "A number from the first to the second, both included"},
        {"type", "array"},
        {"minItems", 2},
        {"maxItems", 2}}},
      {"absent", {{"description", "The field is missing or none"}, {"const", true}}},
      {"has", {{"description", "The list has such an entry, or such entries"}}},
      {"not", {{"description", "Not this"}}},
  };
  return {{"description", "What a value has to be, where it is not given"},
          {"type", "object"},
          {"properties", properties},
          {"minProperties", 1},
          {"maxProperties", 1},
          {"additionalProperties", false}};
}

Json bytes_schema() {
  Json const properties{
      {"hex", {{"description", "The bytes in hex"}}},
      {"times", {{"description", "How many times over"}, {"type", "integer"}, {"minimum", 0}}},
      {"text", described("text", "The bytes of this text")},
      {"as", described("text", "The type of a value, in Rust notation")},
      {"args_of", described("text", "The method whose arguments these are")},
      {"returned_by", described("text", "The method whose result this is")},
      {"value", described("value", "The value to encode")},
  };
  return object_with("Bytes: as hex, as text, or as a value and its type", properties,
                     Json::array());
}

void add_field_types(Json& defs) {
  defs["matcher"] = matcher_schema();
  defs["bytes"] = bytes_schema();
  Json const id_properties{
      {"ours", described("count", "The n-th id of our parity, counted from 1")},
      {"theirs", described("count", "The n-th id of the subject's parity")}};
  defs["id_by_side"] = object_with("An id by its side", id_properties, Json::array());
  Json const number{{"type", Json::array({"integer", "string"})}};
  defs["id"] = field({{"anyOf", Json::array({number, refer_to("id_by_side")})}});
  defs["field_number"] = field(number);
  defs["field_maybe_number"] = field(number);
  defs["field_text"] = field({{"type", "string"}});
  defs["field_boolean"] = field({{"type", "boolean"}});
  defs["field_bytes"] = field(refer_to("bytes"));
  defs["field_key"] = field({{"anyOf", Json::array({refer_to("bytes"), Json{{"const", "none"}}})}});
  defs["field_parity"] = field({{"enum", Json::array({"odd", "even", "ours", "theirs"})}});
  defs["field_direction"] = field({{"enum", Json::array({"args", "response"})}});
  Json const method{{"method", described("text", "The method, as echo or Testbed.echo")}};
  defs["method_by_name"] = object_with("A method by its name", method, Json::array());
  defs["field_method_id"] = field({{"anyOf", Json::array({number, refer_to("method_by_name")})}});
  defs["field_settings"] =
      field(fields_schema("The settings of one side of a connection", settings_fields(), false));
  defs["metadata_entry"] =
      fields_schema("One entry: a key, a value and flags", metadata_entry_fields(), true);
  defs["field_metadata"] = field(list_of("metadata_entry"));
  defs["field_schemas"] = field({{"type", "object"}});
}

void add_frames(Json& defs) {
  Json properties{{"on", described("id", "The connection; the root, where it is missing")}};
  for (auto const& kind : frame_kinds()) {
    auto const def = "frame_" + std::string{kind.name};
    defs[def] = fields_schema(kind.about, kind.fields, kind.layer == Layer::handshake);
    properties[std::string{kind.name}] = refer_to(def);
  }
  defs["frame_change"] = {
      {"description", "Fields and what they are to be; null leaves the frame out"},
      {"type", Json::array({"object", "null"})}};
  properties["frame"] = described("value", "One payload as it is, in hex");
  properties["bytes"] = described("value", "Raw bytes without framing, in hex; to be sent only");
  properties["cbor"] = described("value", "One payload of this CBOR; to be sent only");
  properties["hex"] = described("hex", "In an expansion: the bytes of this frame");
  properties["depends_on"] = described("names", "In an expansion: names that the bytes depend on");
  properties["one_of"] = {{"description", "In a pattern: one of these frames"},
                          {"type", "array"},
                          {"items", refer_to("frame")}};
  properties["not"] = described("frame", "In a pattern: any frame but this");
  defs["frame"] =
      object_with("A frame to send, or the pattern of one to expect", properties, Json::array());
  defs["items"] = one_or_more("frame");
  defs["patterns"] = one_or_more("frame");
}

Json macro_schema(Json const& macro) {
  Json properties = Json::object();
  Json required = Json::array();
  for (auto const& [name, parameter] : macro["parameters"].items()) {
    properties[name] =
        described(parameter["type"].get<std::string>(), parameter["about"].get<std::string>());
    auto const& preset = parameter.value("default", Json{});
    auto const is_constant = parameter.contains("default") &&
                             preset.dump().find('$') == std::string::npos &&
                             !(preset.is_object() && preset.contains("fresh"));
    if (is_constant) properties[name]["default"] = preset;
    if (!parameter.contains("default") && !parameter.contains("optional")) required.push_back(name);
  }
  return object_with(macro["about"].get<std::string>(), std::move(properties), required);
}

void add_steps(Json& defs) {
  Json properties = Json::object();
  Json kinds = Json::array();
  Json beside = Json::object();
  for (auto const& key : common_step_keys()) {
    properties[std::string{key.name}] = described(key.type, key.about);
  }
  auto const add_kind = [&](std::string const& name) {
    kinds.push_back({{"required", Json::array({name})}});
  };
  for (auto const& kind : step_kinds()) {
    std::string const name{kind.name};
    properties[name] = described(kind.type, kind.about);
    add_kind(name);
    for (auto const& key : kind.beside) {
      properties[std::string{key.name}] = described(key.type, key.about);
      beside[std::string{key.name}].push_back({{"required", Json::array({name})}});
    }
  }
  for (auto const& [name, macro] : macros().items()) {
    defs["macro_" + name] = macro_schema(macro);
    properties[name] = described("macro_" + name, "Macro. " + macro["about"].get<std::string>());
    add_kind(name);
  }
  auto step =
      object_with("One step: one key says what it does", std::move(properties), Json::array());
  Json const spliced{{"required", Json::array({"$"})}};
  step["anyOf"] = Json::array({Json{{"oneOf", std::move(kinds)}}, spliced});
  for (auto const& [key, needs] : beside.items()) {
    step["dependentSchemas"][key] = Json{{"anyOf", needs}};
  }
  defs["step"] = std::move(step);
  defs["steps"] = or_parameter(list_of("step"));
  defs["alternatives"] = or_parameter(list_of("alternative", 1));
  defs["records"] = list_of("record");
}

}  // namespace

Json trace_schema() {
  Json defs = Json::object();
  add_plain_types(defs);
  for (auto const& table : key_tables()) {
    if (table.name != "file") defs[std::string{table.name}] = table_schema(table);
  }
  // What is asked is one word, or an object that also says where.
  defs["probe"] = {{"anyOf", Json::array({refer_to("probe_kind"), defs["probe"]})}};
  add_word_types(defs);
  add_field_types(defs);
  add_frames(defs);
  add_steps(defs);
  Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
           {"title", "A trace of the vox conformance toolkit, version 1"}};
  out.update(table_schema(key_table("file")));
  out["properties"].erase("$");
  out["required"] = out["anyOf"][0]["required"];
  out.erase("anyOf");
  out["$defs"] = std::move(defs);
  return out;
}

}  // namespace voxspec
