#include "conformance/peer/numbers.hpp"
#include "conformance/peer/testbed.hpp"
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

Json take(Reader& reader, TypeNode const& type);

Json signed_json(std::int64_t value) {
  auto const max = static_cast<std::int64_t>(plain_number_max);
  if (value >= -max && value <= max) return value;
  return std::to_string(value);
}

Json take_primitive(Reader& reader, Primitive primitive) {
  switch (primitive) {
    case Primitive::boolean:
      return reader.take_bool();
    case Primitive::u8:
      return reader.take_u8();
    case Primitive::u16:
      return reader.take_varint_u16();
    case Primitive::u32:
      return reader.take_varint_u32();
    case Primitive::u64:
      return number_json(reader.take_varint());
    case Primitive::i8:
      return static_cast<std::int8_t>(reader.take_u8());
    case Primitive::i16:
    case Primitive::i32:
    case Primitive::i64:
      return signed_json(reader.take_zigzag());
    case Primitive::f32:
      return std::bit_cast<float>(reader.take_u32_le());
    case Primitive::f64:
      return std::bit_cast<double>(reader.take_u64_le());
    case Primitive::character:
    case Primitive::string:
      return reader.take_text();
    case Primitive::unit:
      return nullptr;
    case Primitive::bytes:
      return hex_json(reader.take_sized_bytes());
    case Primitive::payload:
      return hex_json(reader.take_opaque());
    case Primitive::never:
    case Primitive::u128:
    case Primitive::i128:
      reader.fail("a value of a type that has none here");
      return nullptr;
  }
  VOX_ASSERT(false);
}

Json take_parts(Reader& reader, std::vector<NodePart> const& parts) {
  Json object = Json::object();
  for (auto const& part : parts)
    object[part.name] = take(reader, *part.type);
  return object;
}

Json take_variant(Reader& reader, TypeNode const& type) {
  auto const index = reader.take_variant(type.variants.size());
  if (reader.failed()) return nullptr;
  auto const& variant = type.variants[index];
  if (variant.kind == VariantKind::unit) return variant.name;
  if (variant.kind == VariantKind::structure) {
    return Json{{variant.name, take_parts(reader, variant.parts)}};
  }
  return Json{{variant.name, take(reader, *variant.parts.at(0).type)}};
}

Json take_list(Reader& reader, TypeNode const& type) {
  auto const& element = *type.parts.at(0).type;
  if (type.may_be_bytes && element.form == Form::primitive && element.primitive == Primitive::u8) {
    return hex_json(reader.take_sized_bytes());
  }
  Json list = Json::array();
  // Elements without bytes are none of Testbed's, so that every count is paid for.
  for (auto left = reader.take_count(1); left > 0 && !reader.failed(); --left) {
    list.push_back(take(reader, element));
  }
  return list;
}

Json take(Reader& reader, TypeNode const& type) {
  switch (type.form) {
    case Form::primitive:
      return take_primitive(reader, type.primitive);
    case Form::list:
      return take_list(reader, type);
    case Form::option:
      return reader.take_bool() ? take(reader, *type.parts.at(0).type) : Json{};
    case Form::tuple:
    case Form::tuple_struct: {
      Json list = Json::array();
      for (auto const& part : type.parts)
        list.push_back(take(reader, *part.type));
      return list;
    }
    case Form::structure:
      return take_parts(reader, type.parts);
    case Form::enumeration:
      return take_variant(reader, type);
    case Form::channel:
      return number_json(reader.take_varint());
    case Form::map:
    case Form::array:
      reader.fail("a value of a type that has none here");
      return nullptr;
  }
  VOX_ASSERT(false);
}

}  // namespace

std::expected<Json, std::string> decode_typed(std::string_view type, vox::ByteView bytes) {
  auto const node = testbed_types().find(type);
  if (!node) return std::unexpected(node.error());
  Reader reader{bytes, "rpc.request"};
  auto value = take(reader, **node);
  auto result = reader.result(std::move(value));
  if (!result) return std::unexpected(result.error().detail);
  return *result;
}

}  // namespace voxspec
