#include "conformance/peer/typed_value.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/value_json.hpp"
#include "impl/wire/writer.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace voxspec {
namespace {

using vox::schema::NodePart;
using vox::schema::Primitive;
using vox::schema::TypeNode;
using vox::shape::VariantKind;
using vox::wire::Writer;
using Form = TypeNode::Form;

[[noreturn]] void fail(std::string what, std::string advice = {}) {
  throw Fault{.where = {}, .what = std::move(what), .advice = std::move(advice)};
}
[[noreturn]] void wanted(std::string_view what, Value const& value) {
  fail(std::string{what} + " is wanted here, not " +
       std::string{kind_of(value_json(value, FieldType::typed))});
}

void put(Writer& writer, TypeNode const& type, Value const& value);

// Puts a part; a fault in it gets the part's name.
void put_part(Writer& writer, TypeNode const& type, Value const& value, std::string const& name) {
  try {
    put(writer, type, value);
  } catch (Fault& fault) {
    fault.where.insert(0, "/" + name);
    throw;
  }
}

void put_unsigned(Writer& writer, Value const& value, unsigned bits) {
  auto const text = value.text();
  auto const number = text ? number_from(Json(*text)) : value.number();
  if (!number) wanted("a number", value);
  if (bits < 64 && *number >> bits != 0) fail("the number does not fit the type");
  if (bits == 8) {
    writer.put_u8(static_cast<std::uint8_t>(*number));
  } else {
    writer.put_varint(*number);
  }
}

void put_signed(Writer& writer, Value const& value, unsigned bits) {
  auto const parsed = signed_number_from(value_json(value, FieldType::typed));
  if (!parsed) wanted("a whole number", value);
  auto const number = *parsed;
  auto const limit = std::int64_t{1} << (std::min(bits, 63U) - 1);
  if (bits < 64 && (number < -limit || number >= limit)) fail("the number does not fit the type");
  if (bits == 8) {
    writer.put_u8(static_cast<std::uint8_t>(number));
  } else {
    writer.put_zigzag(number);
  }
}

void put_float(Writer& writer, Value const& value, bool wide) {
  auto const json = value_json(value);
  if (!json.is_number()) wanted("a number", value);
  auto const number = json.get<double>();
  if (wide) {
    writer.put_u64_le(std::bit_cast<std::uint64_t>(number));
  } else {
    writer.put_u32_le(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
  }
}

std::string const& text_of(Value const& value) {
  auto const* const text = value.get<std::string>();
  if (text == nullptr) wanted("a string", value);
  return *text;
}

bool is_bytes(Value const& value) {
  auto const* const record = value.get<Record>();
  return value.is<vox::Bytes>() || (record != nullptr && record->find("text") != nullptr);
}

// Bytes, or {"text": …}.
vox::Bytes bytes_of(Value const& value) {
  if (auto const* const bytes = value.get<vox::Bytes>()) return *bytes;
  if (!is_bytes(value)) wanted(R"(bytes, as {"hex": "…"} or {"text": "…"},)", value);
  return vox::to_bytes(vox::as_bytes(text_of(*value.get<Record>()->find("text"))));
}

bool boolean_of(Value const& value) {
  auto const* const boolean = value.get<bool>();
  if (boolean == nullptr) wanted("true or false", value);
  return *boolean;
}

ValueList const& list_of(Value const& value) {
  auto const* const list = value.get<ValueList>();
  if (list == nullptr) wanted("a list", value);
  return *list;
}

void put_primitive(Writer& writer, Primitive primitive, Value const& value) {
  switch (primitive) {
    case Primitive::boolean:
      return writer.put_bool(boolean_of(value));
    case Primitive::u8:
      return put_unsigned(writer, value, 8);
    case Primitive::u16:
      return put_unsigned(writer, value, 16);
    case Primitive::u32:
      return put_unsigned(writer, value, 32);
    case Primitive::u64:
      return put_unsigned(writer, value, 64);
    case Primitive::i8:
      return put_signed(writer, value, 8);
    case Primitive::i16:
      return put_signed(writer, value, 16);
    case Primitive::i32:
      return put_signed(writer, value, 32);
    case Primitive::i64:
      return put_signed(writer, value, 64);
    case Primitive::f32:
      return put_float(writer, value, false);
    case Primitive::f64:
      return put_float(writer, value, true);
    case Primitive::character:
    case Primitive::string:
      return writer.put_text(text_of(value));
    case Primitive::unit:
      // The arguments of a method that has none are an empty list.
      if (!value.is<Null>() && value != Value{ValueList{}}) {
        wanted("null, the unit's only value,", value);
      }
      return;
    case Primitive::bytes:
      return writer.put_sized_bytes(bytes_of(value));
    case Primitive::payload:
      return writer.put_opaque(bytes_of(value));
    case Primitive::u128:  // as far as numbers are written in traces
      return put_unsigned(writer, value, 64);
    case Primitive::i128:
      return put_signed(writer, value, 64);
    case Primitive::never:
      fail("there are no values of this type in a trace");
  }
}

void put_parts(Writer& writer, std::vector<NodePart> const& parts, Value const& value) {
  auto const* const record = value.get<Record>();
  if (record == nullptr) wanted("an object", value);
  std::vector<std::string_view> names;
  for (auto const& part : parts)
    names.emplace_back(part.name);
  for (auto const& entry : record->entries) {
    if (std::ranges::find(names, entry.name) == names.end()) {
      fail("unknown key '" + entry.name + "'" + nearest_hint(entry.name, names),
           "known keys: " + joined(names));
    }
  }
  for (auto const& part : parts) {
    auto const* const there = record->find(part.name);
    if (there == nullptr) fail("the field '" + part.name + "' is missing");
    put_part(writer, *part.type, *there, part.name);
  }
}

void put_elements(Writer& writer, std::vector<NodePart> const& parts, Value const& value);

void put_variant(Writer& writer, TypeNode const& type, Value const& value) {
  auto const* const record = value.get<Record>();
  auto const is_unit = value.text().has_value();
  if (!is_unit && (record == nullptr || record->entries.size() != 1)) {
    wanted(R"(a variant, as "Name" or {"Name": …},)", value);
  }
  auto const& name = is_unit ? text_of(value) : record->entries.front().name;
  std::vector<std::string_view> names;
  for (auto const& variant : type.variants)
    names.emplace_back(variant.name);
  auto const found = std::ranges::find(names, name);
  if (found == names.end()) {
    fail("unknown variant '" + name + "'" + nearest_hint(name, names),
         "known variants: " + joined(names));
  }
  auto const index = static_cast<std::size_t>(found - names.begin());
  auto const& variant = type.variants[index];
  if (is_unit != (variant.kind == VariantKind::unit)) {
    fail(is_unit ? "the variant has a payload" : "the variant has no payload");
  }
  writer.put_varint(index);
  if (is_unit) return;
  auto const& payload = record->entries.front().value;
  if (variant.kind == VariantKind::structure) {
    put_parts(writer, variant.parts, payload);
  } else if (variant.kind == VariantKind::tuple) {
    put_elements(writer, variant.parts, payload);
  } else {
    put_part(writer, *variant.parts.at(0).type, payload, name);
  }
}

void put_elements(Writer& writer, std::vector<NodePart> const& parts, Value const& value) {
  auto const& values = list_of(value);
  if (values.size() != parts.size()) {
    fail("the type has " + std::to_string(parts.size()) + " elements, here are " +
         std::to_string(values.size()));
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    put_part(writer, *parts[i].type, values[i], std::to_string(i));
}

void put_list(Writer& writer, TypeNode const& type, Value const& value) {
  auto const& element = *type.parts.at(0).type;
  auto const may_be_bytes =
      type.may_be_bytes && element.form == Form::primitive && element.primitive == Primitive::u8;
  if (may_be_bytes && is_bytes(value)) return writer.put_sized_bytes(bytes_of(value));
  auto const& values = list_of(value);
  writer.put_varint(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    put_part(writer, element, values[i], std::to_string(i));
}

// A list of pairs, in the order in which they are written.
void put_map(Writer& writer, TypeNode const& type, Value const& value) {
  auto const& pairs = list_of(value);
  writer.put_varint(pairs.size());
  for (auto const& pair : pairs)
    put_elements(writer, type.parts, pair);
}

void put_array(Writer& writer, TypeNode const& type, Value const& value) {
  auto const& values = list_of(value);
  if (values.size() != type.length) {
    fail("the array has " + std::to_string(type.length) + " elements, here are " +
         std::to_string(values.size()));
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    put_part(writer, *type.parts.at(0).type, values[i], std::to_string(i));
}

void put(Writer& writer, TypeNode const& type, Value const& value) {
  switch (type.form) {
    case Form::primitive:
      return put_primitive(writer, type.primitive, value);
    case Form::list:
      return put_list(writer, type, value);
    case Form::option:
      writer.put_u8(value.is<Null>() ? 0 : 1);
      if (!value.is<Null>()) put(writer, *type.parts.at(0).type, value);
      return;
    case Form::tuple:
    case Form::tuple_struct:
      return put_elements(writer, type.parts, value);
    case Form::structure:
      return put_parts(writer, type.parts, value);
    case Form::enumeration:
      return put_variant(writer, type, value);
    case Form::channel:
      return put_unsigned(writer, value, 64);
    case Form::map:
      return put_map(writer, type, value);
    case Form::array:
      return put_array(writer, type, value);
  }
}

}  // namespace

std::expected<vox::Bytes, Fault> encode_typed(TypeName const& type, Value const& value) {
  auto const node = find_type(type);
  if (!node) return std::unexpected(node.error());
  vox::wire::Buffer out;
  Writer writer{out};
  try {
    put(writer, **node, value);
  } catch (Fault const& fault) {
    return std::unexpected(fault);
  }
  return out.take();
}

}  // namespace voxspec
