#include "conformance/peer/term_read.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/peer/written_type.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace voxspec {
namespace {

Value read_number(Place const& place,
                  std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
  auto const number = number_from(place.value());
  if (!number) place.wanted("a number");
  if (*number > max) {
    place.fail("the number is too large for this field", "the largest is " + std::to_string(max));
  }
  return *number;
}

Term read_id(Place const& place) {
  if (place.value().is_object()) return {read_id_by_side(place)};
  return {read_number(place)};
}

Value read_method_id(Place const& place) {
  if (!place.value().is_object()) return read_number(place);
  static constexpr std::array<std::string_view, 1> keys{"method"};
  place.check_keys(keys);
  if (place.value().empty()) place.fail("the method's name is missing");
  return method_id((place / "method").text());
}

Term read_parity(Place const& place) {
  static constexpr std::array<std::string_view, 4> words{"odd", "even", "ours", "theirs"};
  auto const word = place.word(words);
  if (word >= 2) return {ParityOf{.ours = word == 2}};
  return {Value{words[word]}};
}

Value read_reserved(Place const& place) {
  auto bytes = read_hex(place);
  if (bytes.size() != 2) place.fail("the reserved bytes are two", "four hex digits");
  return bytes;
}

std::vector<std::string_view> names_of(std::span<FrameField const> fields) {
  std::vector<std::string_view> names;
  for (auto const& field : fields)
    names.push_back(field.name);
  return names;
}

Term read_settings(Place const& place, FieldType type, Use use, bool loose) {
  check_settings_keys(place, type);
  TermRecord out;
  for (auto const& field : settings_fields(type)) {
    std::string name{field.name};
    if (place.has(name)) {
      auto const there = place / name;
      // In a map a field can be missing; the other structures always have all of theirs.
      auto term = loose && there.value().is_null() ? Term{Value{Null{}}}
                                                   : read_term(there, field.type, use, loose);
      out.entries.emplace_back(std::move(name), std::move(term));
    } else if (use == Use::send) {
      auto const preset = Json::parse(field.preset);
      out.entries.emplace_back(std::move(name),
                               read_term({preset, place.pointer()}, field.type, use));
    }
  }
  return {std::move(out)};
}

Value read_metadata_number(Place const& place) {
  static constexpr std::array<std::string_view, 1> keys{"u64"};
  place.check_keys(keys);
  return read_number(place / "u64");
}

Term read_metadata_value(Place const& place, Use use) {
  if (place.value().is_string()) return {Value{read_text(place)}};
  if (place.value().is_number()) return {read_number(place)};
  if (place.has("u64")) return {read_metadata_number(place)};
  return read_bytes(place, use);
}

Term read_metadata(Place const& place, Use use, bool loose) {
  TermList out;
  for (auto const& entry : place.list())
    out.terms.push_back(read_metadata_entry(entry, use, loose));
  return {std::move(out)};
}

Term read_schema_payload(Place const& place, Use use) {
  static constexpr std::array<std::string_view, 2> keys{"schemas", "root"};
  if (!place.value().is_object()) place.wanted("a schema payload or bytes");
  if (place.has("args_of") || place.has("returned_by")) return {schemas_of_method(place)};
  if (place.has("as")) return {written_schemas(place)};
  if (place.has("hex") || place.has("text")) {
    auto term = read_bytes(place, use);
    auto const* const value = term.get<Value>();
    auto const* const bytes = value == nullptr ? nullptr : value->get<vox::Bytes>();
    if (use == Use::send || bytes == nullptr) return term;
    // A pattern looks at schemas by what they mean.
    auto schemas = canonical_cbor(*bytes);
    return schemas && schemas->is<Record>() ? Term{*std::move(schemas)} : term;
  }
  if (use == Use::send) place.check_keys(keys);
  return read_free(place, FieldType::schema, use);
}

Term read_message_schema(Place const& place, FieldType type, Use use) {
  if (place.value() == "own") {
    return use == Use::send ? Term{OwnSchemas{}} : Term{own_message_schemas(dialect_of(type))};
  }
  if (place.value().is_array()) return read_free(place, FieldType::schema, use);
  if (use == Use::send && place.has("hex")) return read_bytes(place, use);
  place.wanted(R"(a list of schemas, or "own",)");
}

// A value by its type, where no name and no matcher stands for it.
Term read_plain(Place const& place, FieldType type, Use use, bool loose) {
  switch (type) {
    case FieldType::u8:
      return {read_number(place, std::numeric_limits<std::uint8_t>::max())};
    case FieldType::u32:
      return {read_number(place, std::numeric_limits<std::uint32_t>::max())};
    case FieldType::u64:
      return {read_number(place)};
    case FieldType::id:
      return read_id(place);
    case FieldType::method_id:
      return {read_method_id(place)};
    case FieldType::text:
      return {Value{read_text(place)}};
    case FieldType::boolean:
      return {Value{place.boolean()}};
    case FieldType::bytes:
      return read_bytes(place, use);
    case FieldType::key:
      if (place.value() == "none") return {Value{None{}}};
      return read_bytes(place, use);
    case FieldType::maybe_u32:
      if (place.value() == "none") return {Value{None{}}};
      return {read_number(place, std::numeric_limits<std::uint32_t>::max())};
    case FieldType::reserved:
      return {read_reserved(place)};
    case FieldType::parity:
      return read_parity(place);
    case FieldType::direction: {
      static constexpr std::array<std::string_view, 2> words{"args", "response"};
      return {Value{words[place.word(words)]}};
    }
    case FieldType::settings:
    case FieldType::settings_0_5:
      return read_settings(place, type, use, loose);
    case FieldType::metadata:
      return read_metadata(place, use, loose);
    case FieldType::metadata_entry:
      return read_metadata_entry(place, use, loose);
    case FieldType::metadata_value:
      return read_metadata_value(place, use);
    case FieldType::schema_payload:
      return read_schema_payload(place, use);
    case FieldType::message_schema:
    case FieldType::message_schema_0_5:
      return read_message_schema(place, type, use);
    case FieldType::extra:
      if (!place.value().is_object()) place.wanted("an object");
      return read_free(place, FieldType::extra, use);
    case FieldType::schema:
    case FieldType::type_id:
    case FieldType::cbor:
    case FieldType::typed:
      return read_free(place, type, use);
    case FieldType::message:
      break;
  }
  VOX_ASSERT(false);
}

// Whether the JSON kind of the value is one that the field has at all. A wrong kind is sent as it
// is where CBOR allows it; a wrong word of the right kind is more likely a slip of the pen.
bool has_right_kind(Json const& value, FieldType type) {
  using enum FieldType;
  switch (type) {
    case u8:
    case u32:
    case u64:
    case maybe_u32:
      return number_from(value).has_value() || value.is_string();
    case boolean:
      return value.is_boolean();
    case text:
    case parity:
    case direction:
    case reserved:
      return value.is_string();
    case metadata:
      return value.is_array();
    case message_schema:
    case message_schema_0_5:
      return value.is_array() || value.is_object() || value.is_string();
    case key:
      return value.is_object() || value == "none";
    case metadata_value:
      return value.is_object() || value.is_string() || value.is_number();
    case id:
    case method_id:
    case bytes:
    case settings:
    case settings_0_5:
    case metadata_entry:
    case schema_payload:
    case message:
    case extra:
      return value.is_object();
    case schema:
    case type_id:
    case cbor:
    case typed:
      return true;
  }
  VOX_ASSERT(false);
}

}  // namespace

bool is_name(Json const& value) {
  if (!value.is_string()) return false;
  auto const& text = value.get_ref<std::string const&>();
  return text.starts_with('$') && !text.starts_with("$$");
}

Variable read_variable(Place const& place) {
  auto const text = place.text();
  if (text.size() == 1) place.fail("a '$' needs a name");
  return {.name = text.substr(1)};
}

bool is_id_by_side(Json const& value) {
  return value.is_object() && value.size() == 1 &&
         (value.begin().key() == "ours" || value.begin().key() == "theirs");
}

IdOf read_id_by_side(Place const& place) {
  static constexpr std::array<std::string_view, 2> sides{"ours", "theirs"};
  place.check_keys(sides);
  if (place.value().size() != 1) place.fail("an id is either of 'ours' or of 'theirs'");
  auto const side = place.value().begin().key();
  auto const n = (place / side).number();
  if (n == 0) (place / side).fail("ids are counted from 1");
  return {.ours = side == "ours", .n = n};
}

std::string read_text(Place const& place) {
  auto text = place.text();
  return text.starts_with("$$") ? text.substr(1) : text;
}

vox::Bytes read_hex(Place const& place) {
  auto bytes = vox::from_hex(place.text());
  if (!bytes) place.fail("this is no hex", "two hex digits a byte; spaces may stand between");
  return *std::move(bytes);
}

Term read_bytes(Place const& place, Use use) {
  static constexpr std::array<std::string_view, 8> keys{"hex",   "times", "text",    "as",
                                                        "types", "value", "args_of", "returned_by"};
  auto const& value = place.value();
  if (!value.is_object()) place.wanted(R"(bytes, as {"hex": "…"} or {"text": "…"},)");
  place.check_keys(keys);
  if (value.contains("as") || value.contains("args_of") || value.contains("returned_by")) {
    return read_typed(place, use);
  }
  if (value.contains("text")) {
    if (value.size() != 1) place.fail("'text' stands alone");
    return {Value{vox::to_bytes(vox::as_bytes((place / "text").text()))}};
  }
  if (!value.contains("hex")) place.fail("bytes are given as 'hex', 'text' or by a type");
  auto const hex = place / "hex";
  if (is_pattern(use) && (is_matcher(hex.value()) || is_name(hex.value()))) {
    return {HexOf{.text = {read_term(hex, FieldType::text, use)}}};
  }
  if (value.contains("times")) return {read_repeated(place)};
  return {Value{read_hex(hex)}};
}

Repeated read_repeated(Place const& place) {
  static constexpr std::array<std::string_view, 2> keys{"hex", "times"};
  place.check_keys(keys);
  return {.once = read_hex(place / "hex"), .times = (place / "times").number()};
}

void check_settings_keys(Place const& place, FieldType type) {
  auto const own = settings_fields(type);
  for (auto const& field : settings_fields(FieldType::settings_0_5).subspan(own.size())) {
    if (!place.has(std::string{field.name})) continue;
    (place / std::string{field.name})
        .fail("vox_0_4 has no '" + std::string{field.name} + "'", R"(say "dialects": ["vox_0_5"])");
  }
  place.check_keys(names_of(own));
}

Term read_metadata_entry(Place const& place, Use use, bool loose) {
  if (is_name(place.value())) return {read_variable(place)};
  place.check_keys(names_of(metadata_entry_fields()));
  TermRecord out;
  for (auto const& field : metadata_entry_fields()) {
    std::string const name{field.name};
    if (place.has(name)) {
      out.entries.emplace_back(name, read_term(place / name, field.type, use, loose));
    } else if (use == Use::send) {
      if (field.preset.empty()) place.fail("the entry's '" + name + "' is missing");
      auto const preset = Json::parse(field.preset);
      out.entries.emplace_back(name, read_term({preset, place.pointer()}, field.type, use));
    }
  }
  return {std::move(out)};
}

Term read_term(Place const& place, FieldType type, Use use, bool loose) {
  auto const& value = place.value();
  if (is_name(value)) return {read_variable(place)};
  if (is_matcher(value)) return read_matcher(place, type, use, loose);
  if (loose) {
    // A map can lack a field, or have something else in its place.
    if (value.is_null() && is_pattern(use)) return {Value{Null{}}};
    auto const is_given = place.has("cbor") && value.size() == 1;
    if (is_given || !has_right_kind(value, type)) {
      return {ForeignTerm{
          .item = {read_free(is_given ? place / "cbor" : place, FieldType::cbor, use)}}};
    }
  }
  return read_plain(place, type, use, loose);
}

}  // namespace voxspec
