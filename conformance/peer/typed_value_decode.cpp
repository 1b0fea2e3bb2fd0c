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

// A recursive type is as deep as the peer makes it.
constexpr int depth_max = 64;

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

class Taking {
 public:
  explicit Taking(Reader& reader) : reader_{&reader} {}

  Value value(TypeNode const& type) {
    if (depth_ == depth_max) {
      reader_->fail("the value is nested too deeply");
      return {};
    }
    ++depth_;
    auto taken = of_form(type);
    --depth_;
    return taken;
  }

 private:
  Value of_form(TypeNode const& type) {
    switch (type.form) {
      case Form::primitive:
        return take_primitive(*reader_, type.primitive);
      case Form::list:
        return list(type);
      case Form::option:
        return reader_->take_bool() ? value(*type.parts.at(0).type) : Value{};
      case Form::tuple:
      case Form::tuple_struct:
        return elements(type.parts);
      case Form::structure:
        return fields(type.parts);
      case Form::enumeration:
        return variant(type);
      case Form::channel:
        return reader_->take_varint();
      case Form::map:
        return map(type);
      case Form::array:
        return many(*type.parts.at(0).type, type.length);
    }
    VOX_ASSERT(false);
  }

  Value fields(std::vector<NodePart> const& parts) {
    Record record;
    for (auto const& part : parts)
      record.entries.push_back({.name = part.name, .value = value(*part.type)});
    return record;
  }

  Value elements(std::vector<NodePart> const& parts) {
    ValueList list;
    for (auto const& part : parts)
      list.push_back(value(*part.type));
    return list;
  }

  Value variant(TypeNode const& type) {
    auto const index = reader_->take_variant(type.variants.size());
    if (reader_->failed()) return {};
    auto const& variant = type.variants[index];
    switch (variant.kind) {
      case VariantKind::unit:
        return variant.name;
      case VariantKind::structure:
        return Record{{{variant.name, fields(variant.parts)}}};
      case VariantKind::tuple:
        return Record{{{variant.name, elements(variant.parts)}}};
      case VariantKind::newtype:
        return Record{{{variant.name, value(*variant.parts.at(0).type)}}};
    }
    VOX_ASSERT(false);
  }

  Value list(TypeNode const& type) {
    auto const& element = *type.parts.at(0).type;
    auto const is_byte = element.form == Form::primitive && element.primitive == Primitive::u8;
    if (type.may_be_bytes && is_byte) return vox::to_bytes(reader_->take_sized_bytes());
    // Elements without bytes are none of the services', so that every count is paid for.
    return many(element, reader_->take_count(1));
  }

  Value map(TypeNode const& type) {
    ValueList pairs;
    for (auto left = reader_->take_count(1); left > 0 && !reader_->failed(); --left)
      pairs.push_back(elements(type.parts));
    return pairs;
  }

  Value many(TypeNode const& element, std::uint64_t count) {
    ValueList list;
    for (; count > 0 && !reader_->failed(); --count)
      list.push_back(value(element));
    return list;
  }

  Reader* reader_;
  int depth_ = 0;
};

}  // namespace

std::expected<Value, std::string> decode_typed(TypeName const& type, vox::ByteView bytes) {
  auto const node = find_type(type);
  if (!node) return std::unexpected(node.error().what);
  Reader reader{bytes, "rpc.request"};
  auto result = reader.result(Taking{reader}.value(**node));
  if (!result) return std::unexpected(result.error().detail);
  return *std::move(result);
}

}  // namespace voxspec
