#include "conformance/peer/typed_value.hpp"
#include "impl/wire/reader.hpp"

#include <bit>

namespace voxspec {
namespace {

using vox::schema::NodePart;
using vox::schema::Primitive;
using vox::schema::TypeNode;
using vox::shape::VariantKind;
using vox::wire::Reader;
using Form = TypeNode::Form;

Value take(Reader& reader, TypeNode const& type);

Value take_primitive(Reader& reader, Primitive primitive) {
  switch (primitive) {
    case Primitive::boolean:
      return reader.take_bool();
    case Primitive::u8:
      return std::uint64_t{reader.take_u8()};
    case Primitive::u16:
      return std::uint64_t{reader.take_varint_u16()};
    case Primitive::u32:
      return std::uint64_t{reader.take_varint_u32()};
    case Primitive::u64:
      return reader.take_varint();
    case Primitive::i8:
      return number_value(static_cast<std::int8_t>(reader.take_u8()));
    case Primitive::i16:
    case Primitive::i32:
    case Primitive::i64:
      return number_value(reader.take_zigzag());
    case Primitive::f32:
      return double{std::bit_cast<float>(reader.take_u32_le())};
    case Primitive::f64:
      return std::bit_cast<double>(reader.take_u64_le());
    case Primitive::character:
    case Primitive::string:
      return std::string{reader.take_text()};
    case Primitive::unit:
      return {};
    case Primitive::bytes:
      return vox::to_bytes(reader.take_sized_bytes());
    case Primitive::payload:
      return vox::to_bytes(reader.take_opaque());
    case Primitive::never:
    case Primitive::u128:
    case Primitive::i128:
      reader.fail("a value of a type that has none here");
      return {};
  }
  VOX_ASSERT(false);
}

Value take_parts(Reader& reader, std::vector<NodePart> const& parts) {
  Record record;
  for (auto const& part : parts)
    record.entries.push_back({.name = part.name, .value = take(reader, *part.type)});
  return record;
}

Value take_elements(Reader& reader, std::vector<NodePart> const& parts) {
  ValueList list;
  for (auto const& part : parts)
    list.push_back(take(reader, *part.type));
  return list;
}

Value take_variant(Reader& reader, TypeNode const& type) {
  auto const index = reader.take_variant(type.variants.size());
  if (reader.failed()) return {};
  auto const& variant = type.variants[index];
  if (variant.kind == VariantKind::unit) return variant.name;
  if (variant.kind == VariantKind::structure) {
    return Record{{{variant.name, take_parts(reader, variant.parts)}}};
  }
  if (variant.kind == VariantKind::tuple) {
    return Record{{{variant.name, take_elements(reader, variant.parts)}}};
  }
  return Record{{{variant.name, take(reader, *variant.parts.at(0).type)}}};
}

Value take_list(Reader& reader, TypeNode const& type) {
  auto const& element = *type.parts.at(0).type;
  if (type.may_be_bytes && element.form == Form::primitive && element.primitive == Primitive::u8) {
    return vox::to_bytes(reader.take_sized_bytes());
  }
  ValueList list;
  // Elements without bytes are none of Testbed's, so that every count is paid for.
  for (auto left = reader.take_count(1); left > 0 && !reader.failed(); --left) {
    list.push_back(take(reader, element));
  }
  return list;
}

Value take(Reader& reader, TypeNode const& type) {
  switch (type.form) {
    case Form::primitive:
      return take_primitive(reader, type.primitive);
    case Form::list:
      return take_list(reader, type);
    case Form::option:
      return reader.take_bool() ? take(reader, *type.parts.at(0).type) : Value{};
    case Form::tuple:
    case Form::tuple_struct:
      return take_elements(reader, type.parts);
    case Form::structure:
      return take_parts(reader, type.parts);
    case Form::enumeration:
      return take_variant(reader, type);
    case Form::channel:
      return reader.take_varint();
    case Form::map:
    case Form::array:
      reader.fail("a value of a type that has none here");
      return {};
  }
  VOX_ASSERT(false);
}

}  // namespace

std::expected<Value, std::string> decode_typed(TypeName const& type, vox::ByteView bytes) {
  auto const node = find_type(type);
  if (!node) return std::unexpected(node.error().what);
  Reader reader{bytes, "rpc.request"};
  auto result = reader.result(take(reader, **node));
  if (!result) return std::unexpected(result.error().detail);
  return *std::move(result);
}

}  // namespace voxspec
