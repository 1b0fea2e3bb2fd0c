#include "conformance/peer/typed_value.hpp"

#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_json.hpp"
#include "conformance/peer/testbed.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/extract.hpp"
#include "impl/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace voxspec {
namespace {

using vox::schema::NodePart;
using vox::schema::Primitive;
using vox::schema::TypeNode;
using vox::shape::VariantKind;
using vox::wire::Writer;
using Form = TypeNode::Form;

void put(Writer& writer, TypeNode const& type, Place const& place);

void put_unsigned(Writer& writer, Place const& place, unsigned bits) {
  auto const number = number_from(place.value());
  if (!number) place.wanted("a number");
  if (bits < 64 && *number >> bits != 0) place.fail("the number does not fit the type");
  if (bits == 8) {
    writer.put_u8(static_cast<std::uint8_t>(*number));
  } else {
    writer.put_varint(*number);
  }
}

void put_signed(Writer& writer, Place const& place, unsigned bits) {
  auto const parsed = signed_number_from(place.value());
  if (!parsed) place.wanted("a whole number");
  auto const number = *parsed;
  auto const limit = std::int64_t{1} << (std::min(bits, 63U) - 1);
  if (bits < 64 && (number < -limit || number >= limit)) {
    place.fail("the number does not fit the type");
  }
  if (bits == 8) {
    writer.put_u8(static_cast<std::uint8_t>(number));
  } else {
    writer.put_zigzag(number);
  }
}

void put_float(Writer& writer, Place const& place, bool wide) {
  if (!place.value().is_number()) place.wanted("a number");
  auto const number = place.value().get<double>();
  if (wide) {
    writer.put_u64_le(std::bit_cast<std::uint64_t>(number));
  } else {
    writer.put_u32_le(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
  }
}

vox::Bytes raw_bytes(Place const& place) {
  auto const bytes = field_template(place, FieldType::bytes, Use::send);
  if (!bytes.contains("hex")) place.fail("bytes are wanted here");
  return vox::from_hex(bytes["hex"].get_ref<std::string const&>()).value();
}

void put_primitive(Writer& writer, Primitive primitive, Place const& place) {
  switch (primitive) {
    case Primitive::boolean:
      writer.put_bool(place.boolean());
      return;
    case Primitive::u8:
      put_unsigned(writer, place, 8);
      return;
    case Primitive::u16:
      put_unsigned(writer, place, 16);
      return;
    case Primitive::u32:
      put_unsigned(writer, place, 32);
      return;
    case Primitive::u64:
      put_unsigned(writer, place, 64);
      return;
    case Primitive::i8:
      put_signed(writer, place, 8);
      return;
    case Primitive::i16:
      put_signed(writer, place, 16);
      return;
    case Primitive::i32:
      put_signed(writer, place, 32);
      return;
    case Primitive::i64:
      put_signed(writer, place, 64);
      return;
    case Primitive::f32:
      put_float(writer, place, false);
      return;
    case Primitive::f64:
      put_float(writer, place, true);
      return;
    case Primitive::character:
    case Primitive::string:
      writer.put_text(place.text());
      return;
    case Primitive::unit:
      // The arguments of a method that has none are an empty list.
      if (!place.value().is_null() && place.value() != Json::array()) {
        place.wanted("null, the unit's only value,");
      }
      return;
    case Primitive::bytes:
      writer.put_sized_bytes(raw_bytes(place));
      return;
    case Primitive::payload:
      writer.put_opaque(raw_bytes(place));
      return;
    case Primitive::never:
    case Primitive::u128:
    case Primitive::i128:
      place.fail("there are no values of this type in a trace");
  }
}

void put_parts(Writer& writer, std::vector<NodePart> const& parts, Place const& place) {
  std::vector<std::string_view> names;
  for (auto const& part : parts)
    names.emplace_back(part.name);
  place.check_keys(names);
  for (auto const& part : parts) {
    if (!place.has(part.name)) place.fail("the field '" + part.name + "' is missing");
    put(writer, *part.type, place / part.name);
  }
}

void put_variant(Writer& writer, TypeNode const& type, Place const& place) {
  auto const& value = place.value();
  auto const is_unit = value.is_string();
  auto const is_pair = value.is_object() && value.size() == 1;
  if (!is_unit && !is_pair) {
    place.wanted(R"(a variant, as "Name" or {"Name": …},)");
  }
  auto const name = is_unit ? value.get<std::string>() : value.begin().key();
  std::vector<std::string_view> names;
  for (auto const& variant : type.variants)
    names.emplace_back(variant.name);
  auto const found = std::ranges::find(names, name);
  if (found == names.end()) {
    place.fail("unknown variant '" + name + "'" + nearest_hint(name, names),
               "known variants: " + joined(names));
  }
  auto const index = static_cast<std::size_t>(found - names.begin());
  auto const& variant = type.variants[index];
  if (is_unit != (variant.kind == VariantKind::unit)) {
    place.fail(is_unit ? "the variant has a payload" : "the variant has no payload");
  }
  writer.put_varint(index);
  if (is_unit) return;
  if (variant.kind == VariantKind::structure) {
    put_parts(writer, variant.parts, place / name);
    return;
  }
  put(writer, *variant.parts.at(0).type, place / name);
}

void put_elements(Writer& writer, std::vector<NodePart> const& parts, Place const& place) {
  auto const values = place.list();
  if (values.size() != parts.size()) {
    place.fail("the type has " + std::to_string(parts.size()) + " elements, here are " +
               std::to_string(values.size()));
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    put(writer, *parts[i].type, values[i]);
}

void put_list(Writer& writer, TypeNode const& type, Place const& place) {
  auto const& element = *type.parts.at(0).type;
  auto const is_bytes =
      type.may_be_bytes && element.form == Form::primitive && element.primitive == Primitive::u8;
  if (is_bytes && place.value().is_object()) {
    writer.put_sized_bytes(raw_bytes(place));
    return;
  }
  auto const values = place.list();
  writer.put_varint(values.size());
  for (auto const& value : values)
    put(writer, element, value);
}

void put(Writer& writer, TypeNode const& type, Place const& place) {
  switch (type.form) {
    case Form::primitive:
      put_primitive(writer, type.primitive, place);
      return;
    case Form::list:
      put_list(writer, type, place);
      return;
    case Form::option:
      writer.put_u8(place.value().is_null() ? 0 : 1);
      if (!place.value().is_null()) put(writer, *type.parts.at(0).type, place);
      return;
    case Form::tuple:
    case Form::tuple_struct:
      put_elements(writer, type.parts, place);
      return;
    case Form::structure:
      put_parts(writer, type.parts, place);
      return;
    case Form::enumeration:
      put_variant(writer, type, place);
      return;
    case Form::channel:
      put_unsigned(writer, place, 64);
      return;
    case Form::map:
    case Form::array:
      place.fail("there are no values of this type in a trace");
  }
}

TypeNode const& type_at(Place const& place, std::string_view notation) {
  auto const type = testbed_types().find(notation);
  if (!type) place.fail(type.error());
  return **type;
}

std::string type_of_half(Place const& place, bool args) {
  auto const named = place / (args ? "args_of" : "returned_by");
  auto const name = named.text();
  auto const* const method = find_method(name);
  if (method == nullptr) {
    std::vector<std::string_view> names;
    for (auto const& known : testbed_methods())
      names.push_back(known.name);
    named.fail("unknown method '" + name + "'" + nearest_hint(name, names),
               "the methods of Testbed are known; give bytes for others");
  }
  return args ? std::string{method->args} : method->outcome();
}

// Names, ids and matchers settle only when the case runs.
bool is_open(Json const& value) {
  if (is_name(value) || is_id_template(value) || is_matcher(value)) return true;
  if (!value.is_structured()) return false;
  return std::ranges::any_of(value, is_open);
}

}  // namespace

vox::Bytes encode_typed(std::string_view type, Place const& value) {
  auto const& node = type_at(value, type);
  vox::wire::Buffer out;
  Writer writer{out};
  put(writer, node, value);
  return out.take();
}

Json typed_bytes(Place const& place, bool pattern) {
  static constexpr std::array<std::string_view, 4> keys{"as", "args_of", "returned_by", "value"};
  place.check_keys(keys);
  if (!place.has("value")) place.fail("the value is missing", "give it as 'value'");
  auto const ways = place.value().size() - 1;
  if (ways != 1) place.fail("one of 'as', 'args_of' and 'returned_by' says the type");
  auto const value = place / "value";
  // Bytes stay what they are, so that a method's arguments can be given either way.
  if (value.has("hex") || value.has("text")) {
    return field_template(value, FieldType::bytes, pattern ? Use::pattern : Use::send);
  }
  auto const type =
      place.has("as") ? (place / "as").text() : type_of_half(place, place.has("args_of"));
  if (is_name(value.value()) && !place.has("as")) return value.value();
  if (is_open(value.value())) {
    (void)type_at(place, type);
    if (pattern) check_free_pattern(value);
    return Json{{"as", type}, {"value", value.value()}};
  }
  return hex_json(encode_typed(type, value));
}

std::optional<Json> method_schemas(std::string_view method, std::string_view direction) {
  auto const* const known = find_method(method);
  if (known == nullptr) return std::nullopt;
  auto const args = direction == "args";
  // A method without arguments sends the unit.
  auto const node = testbed_types().find(args ? std::string{known->args} : known->outcome());
  auto const payload = vox::schema::extract(*node.value()).payload;
  return schema_json(vox::schema::encode(payload));
}

Json schemas_of_method(Place const& place) {
  auto const args = place.has("args_of");
  static constexpr std::array<std::string_view, 2> keys{"args_of", "returned_by"};
  place.check_keys(keys);
  if (place.value().size() != 1) place.fail("the method's name stands alone");
  (void)type_of_half(place, args);
  auto const name = (place / (args ? "args_of" : "returned_by")).text();
  return method_schemas(name, args ? "args" : "response").value();
}

}  // namespace voxspec
