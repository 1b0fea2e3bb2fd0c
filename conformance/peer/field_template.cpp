#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_json.hpp"
#include "conformance/peer/typed_value.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace voxspec {
namespace {

bool is_pattern(Use use) {
  return use != Use::send;
}

Json number_template(Place const& place, std::uint64_t max) {
  auto const number = number_from(place.value());
  if (!number) place.wanted("a number");
  if (*number > max) {
    place.fail("the number is too large for this field", "the largest is " + std::to_string(max));
  }
  return number_json(*number);
}

Json id_template(Place const& place) {
  if (!place.value().is_object()) {
    return number_template(place, std::numeric_limits<std::uint64_t>::max());
  }
  static constexpr std::array<std::string_view, 2> sides{"ours", "theirs"};
  place.check_keys(sides);
  if (place.value().size() != 1) place.fail("an id is either of 'ours' or of 'theirs'");
  auto const side = place.value().begin().key();
  auto const n = place / side;
  if (n.number() == 0) n.fail("ids are counted from 1");
  return place.value();
}

Json method_id_template(Place const& place) {
  if (!place.value().is_object()) {
    return hash_json(
        *number_from(number_template(place, std::numeric_limits<std::uint64_t>::max())));
  }
  static constexpr std::array<std::string_view, 1> keys{"method"};
  place.check_keys(keys);
  if (place.value().empty()) place.fail("the method's name is missing");
  return hash_json(method_id((place / "method").text()));
}

std::string hex_text(Place const& place) {
  auto const bytes = vox::from_hex(place.text());
  if (!bytes) place.fail("this is no hex", "two hex digits a byte; spaces may stand between");
  return vox::to_hex(*bytes);
}

Json bytes_template(Place const& place, Use use) {
  static constexpr std::array<std::string_view, 7> keys{"hex",   "times",   "text",       "as",
                                                        "value", "args_of", "returned_by"};
  auto const& value = place.value();
  if (!value.is_object()) place.wanted(R"(bytes, as {"hex": "…"} or {"text": "…"},)");
  place.check_keys(keys);
  if (value.contains("as") || value.contains("args_of") || value.contains("returned_by")) {
    return typed_bytes(place, is_pattern(use));
  }
  if (value.contains("text")) {
    if (value.size() != 1) place.fail("'text' stands alone");
    return hex_json(vox::as_bytes((place / "text").text()));
  }
  if (!value.contains("hex")) place.fail("bytes are given as 'hex', 'text' or by a type");
  auto const hex = place / "hex";
  if (is_pattern(use) && (is_matcher(hex.value()) || is_name(hex.value()))) return value;
  Json out{{"hex", hex_text(hex)}};
  if (value.contains("times")) out["times"] = (place / "times").number();
  return out;
}

Json key_template(Place const& place, Use use) {
  if (place.value() == "none") return place.value();
  return bytes_template(place, use);
}

Json parity_template(Place const& place) {
  static constexpr std::array<std::string_view, 4> words{"odd", "even", "ours", "theirs"};
  (void)place.word(words);
  return place.value();
}

Json reserved_template(Place const& place) {
  auto hex = hex_text(place);
  if (hex.size() != 4) place.fail("the reserved bytes are two", "four hex digits");
  return hex;
}

Json object_template(Place const& place, std::span<FrameField const> fields, Use use, bool loose) {
  std::vector<std::string_view> names;
  for (auto const& field : fields)
    names.push_back(field.name);
  place.check_keys(names);
  Json out = Json::object();
  for (auto const& field : fields) {
    std::string const name{field.name};
    if (place.has(name)) {
      auto const there = place / name;
      // In a map a field can be missing; the other structures always have all of theirs.
      if (loose && there.value().is_null()) {
        out[name] = nullptr;
      } else {
        out[name] = field_template(there, field.type, use, loose);
      }
    } else if (use == Use::send) {
      if (field.preset.empty()) place.fail("the field '" + name + "' is missing");
      out[name] = Json::parse(field.preset);
    }
  }
  return out;
}

Json metadata_value_template(Place const& place, Use use) {
  if (place.value().is_string()) return place.value();
  if (place.value().is_number()) {
    return number_template(place, std::numeric_limits<std::uint64_t>::max());
  }
  if (place.has("u64")) {
    static constexpr std::array<std::string_view, 1> keys{"u64"};
    place.check_keys(keys);
    auto const number = number_template(place / "u64", std::numeric_limits<std::uint64_t>::max());
    return number.is_number() ? number : Json{{"u64", number}};
  }
  return bytes_template(place, use);
}

Json metadata_template(Place const& place, Use use, bool loose) {
  Json out = Json::array();
  for (auto const& entry : place.list()) {
    out.push_back(metadata_entry_template(entry, use, loose));
  }
  return out;
}

Json schema_payload_template(Place const& place, Use use) {
  static constexpr std::array<std::string_view, 2> keys{"schemas", "root"};
  if (!place.value().is_object()) place.wanted("a schema payload or bytes");
  if (place.has("args_of") || place.has("returned_by")) return schemas_of_method(place);
  if (place.has("hex") || place.has("text")) {
    auto const bytes = bytes_template(place, use);
    return use == Use::send ? bytes : schema_pattern_from_bytes(bytes);
  }
  if (use == Use::send) place.check_keys(keys);
  if (is_pattern(use)) check_free_pattern(place);
  return canonical_schema_json(place.value());
}

Json message_schema_template(Place const& place, Use use) {
  if (place.value() == "own") return use == Use::send ? place.value() : own_message_schemas_json();
  if (place.value().is_array()) {
    if (is_pattern(use)) check_free_pattern(place);
    return canonical_schema_json(place.value());
  }
  if (use == Use::send && place.has("hex")) return bytes_template(place, use);
  place.wanted(R"(a list of schemas, or "own",)");
}

Json boolean_template(Place const& place) {
  return place.boolean();
}

// A value by its type, where no name and no matcher stands for it.
Json plain_template(Place const& place, FieldType type, Use use, bool loose) {
  switch (type) {
    case FieldType::u8:
      return number_template(place, std::numeric_limits<std::uint8_t>::max());
    case FieldType::u32:
      return number_template(place, std::numeric_limits<std::uint32_t>::max());
    case FieldType::u64:
      return number_template(place, std::numeric_limits<std::uint64_t>::max());
    case FieldType::id:
      return id_template(place);
    case FieldType::method_id:
      return method_id_template(place);
    case FieldType::text:
      return place.text();
    case FieldType::boolean:
      return boolean_template(place);
    case FieldType::bytes:
      return bytes_template(place, use);
    case FieldType::key:
      return key_template(place, use);
    case FieldType::maybe_u32:
      if (place.value() == "none") return place.value();
      return number_template(place, std::numeric_limits<std::uint32_t>::max());
    case FieldType::reserved:
      return reserved_template(place);
    case FieldType::parity:
      return parity_template(place);
    case FieldType::direction: {
      static constexpr std::array<std::string_view, 2> words{"args", "response"};
      (void)place.word(words);
      return place.value();
    }
    case FieldType::settings:
      return object_template(place, settings_fields(), use, loose);
    case FieldType::metadata:
      return metadata_template(place, use, loose);
    case FieldType::schema_payload:
      return schema_payload_template(place, use);
    case FieldType::message_schema:
      return message_schema_template(place, use);
    case FieldType::message:
      return frame_template(place, use);
    case FieldType::extra:
      if (!place.value().is_object()) place.wanted("an object");
      return place.value();
  }
  VOX_ASSERT(false);
}

// Whether the JSON kind of the value is one that the field has at all. A wrong kind is sent as it
// is where CBOR allows it; a wrong word of the right kind is more likely a slip of the pen.
bool has_right_kind(Json const& value, FieldType type) {
  switch (type) {
    case FieldType::u8:
    case FieldType::u32:
    case FieldType::u64:
    case FieldType::maybe_u32:
      return number_from(value).has_value() || value.is_string();
    case FieldType::boolean:
      return value.is_boolean();
    case FieldType::text:
    case FieldType::parity:
    case FieldType::direction:
    case FieldType::reserved:
      return value.is_string();
    case FieldType::metadata:
      return value.is_array();
    case FieldType::message_schema:
      return value.is_array() || value.is_object() || value.is_string();
    case FieldType::key:
      return value.is_object() || value == "none";
    case FieldType::id:
    case FieldType::method_id:
    case FieldType::bytes:
    case FieldType::settings:
    case FieldType::schema_payload:
    case FieldType::message:
    case FieldType::extra:
      return value.is_object();
  }
  VOX_ASSERT(false);
}

}  // namespace

Json metadata_entry_template(Place const& place, Use use, bool loose) {
  auto const fields = metadata_entry_fields();
  std::vector<std::string_view> names;
  for (auto const& field : fields)
    names.push_back(field.name);
  place.check_keys(names);
  Json out = Json::object();
  for (auto const& field : fields) {
    std::string const name{field.name};
    if (!place.has(name)) {
      if (use != Use::send) continue;
      if (field.preset.empty()) place.fail("the entry's '" + name + "' is missing");
      out[name] = Json::parse(field.preset);
      continue;
    }
    auto const there = place / name;
    auto const is_operator = is_name(there.value()) || is_matcher(there.value());
    out[name] =
        name == "value" && !is_operator
            ? metadata_value_template(there, use)
            : field_template(there, name == "value" ? FieldType::bytes : field.type, use, loose);
  }
  return out;
}

Json field_template(Place const& place, FieldType type, Use use, bool loose) {
  auto const& value = place.value();
  if (is_name(value)) {
    if (value.get_ref<std::string const&>().size() == 1) place.fail("a '$' needs a name");
    return value;
  }
  if (is_matcher(value)) return matcher_template(place, type, use, loose);
  if (loose) {
    // A map can lack a field, or have something else in its place.
    if (value.is_null() && is_pattern(use)) return value;
    if (place.has("cbor") && value.size() == 1) return value;
    if (!has_right_kind(value, type)) return Json{{"cbor", value}};
  }
  return plain_template(place, type, use, loose);
}

}  // namespace voxspec
