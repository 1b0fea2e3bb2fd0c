#include "conformance/peer/cbor_json.hpp"
#include "conformance/peer/handshake_cbor.hpp"
#include "conformance/peer/schema_json.hpp"
#include "impl/wire/cbor.hpp"

#include <array>
#include <string>
#include <string_view>

namespace voxspec {
namespace {

// {"Odd": null} as "odd"; anything else is not a parity.
Json parity_json(Json const& value) {
  if (value == Json{{"Odd", nullptr}}) return "odd";
  if (value == Json{{"Even", nullptr}}) return "even";
  return {{"cbor", value}};
}

Json handshake_settings_json(Json const& value) {
  if (!value.is_object()) return {{"cbor", value}};
  Json out = Json::object();
  for (auto const& field : settings_fields()) {
    std::string const name{field.name};
    if (!value.contains(name)) {
      out[name] = nullptr;
    } else if (name == "parity") {
      out[name] = parity_json(value[name]);
    } else {
      out[name] = value[name].is_number_unsigned() ? value[name] : Json{{"cbor", value[name]}};
    }
  }
  return out;
}

Json handshake_metadata_json(Json const& value) {
  if (!value.is_array()) return {{"cbor", value}};
  Json list = Json::array();
  for (auto const& entry : value) {
    auto const well_formed = entry.is_object() && entry.size() == 3 && entry.contains("key") &&
                             entry["key"].is_string() && entry.contains("flags") &&
                             entry["flags"].is_number_unsigned() && entry.contains("value") &&
                             entry["value"].is_object() && entry["value"].size() == 1;
    if (!well_formed) return {{"cbor", value}};
    auto const& kind = entry["value"].begin().key();
    auto const& content = entry["value"].begin().value();
    auto const is_bytes = content.is_object() && content.contains("hex");
    auto const is_large = content.is_object() && content.contains("u64");
    if (!(kind == "String" && content.is_string()) && !(kind == "Bytes" && is_bytes) &&
        !(kind == "U64" && (content.is_number_unsigned() || is_large))) {
      return {{"cbor", value}};
    }
    list.push_back({{"key", entry["key"]}, {"value", content}, {"flags", entry["flags"]}});
  }
  return list;
}

Json resume_key_json(Json const& value) {
  if (value.is_null()) return "none";
  auto const well_formed = value.is_object() && value.size() == 1 && value.contains("bytes") &&
                           value["bytes"].is_object() && value["bytes"].contains("hex");
  if (well_formed) return value["bytes"];
  return {{"cbor", value}};
}

Json handshake_field_json(FieldType type, Json const& value) {
  if (type == FieldType::parity) return parity_json(value);
  if (type == FieldType::settings) return handshake_settings_json(value);
  if (type == FieldType::key) return resume_key_json(value);
  if (type == FieldType::metadata) return handshake_metadata_json(value);
  if (type == FieldType::message_schema && value.is_array()) return canonical_schema_json(value);
  auto const is_right = (type == FieldType::boolean && value.is_boolean()) ||
                        (type == FieldType::text && value.is_string());
  return is_right ? value : Json{{"cbor", value}};
}

Json handshake_body_json(FrameKind const& kind, Json const& map) {
  Json body = Json::object();
  Json extra = Json::object();
  for (auto const& field : kind.fields) {
    if (field.type == FieldType::extra) continue;
    std::string const name{field.name};
    body[name] = map.contains(name) ? handshake_field_json(field.type, map[name]) : Json{};
  }
  for (auto const& [key, value] : map.items()) {
    if (!body.contains(key)) extra[key] = value;
  }
  if (!extra.empty()) body["extra"] = std::move(extra);
  return body;
}

}  // namespace

vox::Result<Json> decode_handshake(vox::ByteView payload, vox::wire::Strictness strictness) {
  vox::wire::CborReader reader{payload, "session.handshake.cbor", strictness};
  auto const value = take_cbor(reader);
  auto const whole = reader.result(value);
  if (!whole) return std::unexpected(whole.error());
  static constexpr std::array<std::array<std::string_view, 2>, 4> kinds{{
      {"Hello", "hello"},
      {"HelloYourself", "hello_yourself"},
      {"LetsGo", "lets_go"},
      {"Sorry", "sorry"},
  }};
  for (auto const& [name, kind] : kinds) {
    std::string const key{name};
    if (!value.is_object() || value.size() != 1 || !value.contains(key)) continue;
    if (!value[key].is_object()) {
      return vox::violates("session.handshake", 0, key + " is not a map");
    }
    return Json{{std::string{kind}, handshake_body_json(*find_frame_kind(kind), value[key])}};
  }
  return vox::violates("session.handshake", 0, "the item is no handshake message");
}

}  // namespace voxspec
