#include "impl/schema/cbor_form.hpp"
#include "impl/wire/cbor_reader.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace vox::schema {

namespace {

using Keys = std::span<std::string_view const>;

// Takes schemas off a CBOR payload. As its reader does, it goes on with empty values after the
// first failure and is asked for it at the end.
class Decoder {
 public:
  Decoder(ByteView cbor, wire::Strictness strictness, Limits const& limits)
      : reader_{cbor, "schema.format", strictness, limits.cbor_depth_max}, limits_{limits} {}

  SchemaPayload take_payload() {
    Within const rule{*this, "schema.format.delivery"};
    static constexpr std::array<std::string_view, 2> keys{"schemas", "root"};
    SchemaPayload payload;
    take_all(reader_.take_map(), keys, 0b11, [&](std::size_t key) {
      if (key == 0) payload.schemas = take_schemas();
      if (key == 1) payload.root = take_ref();
    });
    return payload;
  }

  std::vector<Schema> take_schemas() {
    Within const rule{*this, "schema.format"};
    auto const at = reader_.offset();
    auto const count = reader_.take_array();
    if (count > limits_.schema_count_max) reader_.fail_at(at, "there are too many schemas");
    return take_list(count, [&] { return take_schema(); });
  }

  template <class T>
  Result<T> result(T value) {
    auto result = reader_.result(std::move(value));
    if (!result) result.error().rule = current_;
    return result;
  }

 private:
  // Says by which rule the part being taken is judged, for as long as it lives.
  class Within {
   public:
    Within(Decoder& decoder, Rule rule) : decoder_{decoder}, outer_{decoder.current_} {
      if (!decoder_.reader_.failed()) decoder_.current_ = rule;
    }
    ~Within() {
      if (!decoder_.reader_.failed()) decoder_.current_ = outer_;
    }
    Within(Within const&) = delete;
    Within& operator=(Within const&) = delete;

   private:
    Decoder& decoder_;
    Rule outer_;
  };

  template <class Take>
  using ListOf = std::vector<std::invoke_result_t<Take const&>>;
  template <class Take>
  ListOf<Take> take_list(std::uint64_t count, Take const& take) {
    // Nothing is reserved: what a count claims may weigh far more than the bytes that claim it.
    ListOf<Take> list;
    for (; count > 0 && !reader_.failed(); --count)
      list.push_back(take());
    return list;
  }
  template <class Take>
  ListOf<Take> take_array(Take const& take) {
    return take_list(reader_.take_array(), take);
  }

  // The entries of a map, among which must be the keys whose bits are set in `required`.
  template <class Take>
  void take_all(std::uint64_t entries, Keys keys, std::uint64_t required, Take const& take) {
    auto const at = reader_.offset();
    auto const seen = wire::take_entries(reader_, entries, keys, take);
    if ((seen & required) != required) reader_.fail_at(at, "a map lacks a key that it must have");
  }

  struct Tagged {
    std::size_t tag = 0;  // which of the tags it is
    std::uint64_t entries = 0;
  };
  // The head of a map whose first entry says what the others mean.
  Tagged take_tagged(Keys tags) {
    auto const entries = reader_.take_map();
    if (entries == 0) return reader_.fail("a map has no tag"), Tagged{};
    auto const key_at = reader_.offset();
    if (reader_.take_text() != "tag") {
      return reader_.fail_at(key_at, "the first entry of the map is not its tag"), Tagged{};
    }
    auto const tag_at = reader_.offset();
    auto const tag = std::ranges::find(tags, reader_.take_text());
    if (tag == tags.end()) return reader_.fail_at(tag_at, "the tag is not known"), Tagged{};
    return {.tag = static_cast<std::size_t>(tag - tags.begin()), .entries = entries - 1};
  }

  std::string take_string() { return std::string{reader_.take_text()}; }
  std::string take_nominal_name() {
    auto const at = reader_.offset();
    auto name = take_string();
    if (name.empty() && reader_.strictness() == wire::Strictness::strict) {
      reader_.fail_at(at, "a struct or an enum has no name");
    }
    return name;
  }

  Schema take_schema() {
    static constexpr std::array<std::string_view, 3> keys{"id", "type_params", "kind"};
    Schema schema;
    // Types without parameters may leave the list out.
    take_all(reader_.take_map(), keys, 0b101, [&](std::size_t key) {
      if (key == 0) schema.id = take_type_id();
      if (key == 1) schema.type_params = take_array([&] { return take_string(); });
      if (key == 2) schema.kind = take_kind();
    });
    return schema;
  }

  TypeId take_type_id() {
    Within const rule{*this, "schema.format.type-id"};
    return reader_.take_uint();
  }

  TypeRef take_ref() {
    Within const rule{*this, "schema.format.type-ref"};
    if (depth_ == limits_.schema_depth_max) {
      return reader_.fail("a type reference is nested too deeply"), TypeRef{};
    }
    ++depth_;
    static constexpr std::array<std::string_view, 2> tags{"concrete", "var"};
    auto const [tag, entries] = take_tagged(tags);
    auto reference = tag == 0 ? take_concrete(entries) : take_variable(entries);
    --depth_;
    return reference;
  }
  TypeRef take_concrete(std::uint64_t entries) {
    static constexpr std::array<std::string_view, 2> keys{"type_id", "args"};
    Concrete concrete;
    take_all(entries, keys, 0b11, [&](std::size_t key) {
      if (key == 0) concrete.type_id = take_type_id();
      if (key == 1) concrete.args = take_refs();
    });
    return {std::move(concrete)};
  }
  TypeRef take_variable(std::uint64_t entries) {
    static constexpr std::array<std::string_view, 1> keys{"name"};
    Variable variable;
    take_all(entries, keys, 0b1, [&](std::size_t) { variable.name = take_string(); });
    return {std::move(variable)};
  }
  std::vector<TypeRef> take_refs() {
    return take_array([&] { return take_ref(); });
  }

  Field take_field() {
    static constexpr std::array<std::string_view, 3> keys{"name", "type_ref", "required"};
    Field field;
    take_all(reader_.take_map(), keys, 0b111, [&](std::size_t key) {
      if (key == 0) field.name = take_string();
      if (key == 1) field.type = take_ref();
      if (key == 2) field.required = reader_.take_bool();
    });
    return field;
  }
  std::vector<Field> take_fields() {
    return take_array([&] { return take_field(); });
  }

  Variant take_variant() {
    static constexpr std::array<std::string_view, 3> keys{"name", "index", "payload"};
    Variant variant;
    take_all(reader_.take_map(), keys, 0b111, [&](std::size_t key) {
      if (key == 0) variant.name = take_string();
      if (key == 1) variant.index = reader_.take_uint_as<std::uint32_t>();
      if (key == 2) variant.payload = take_variant_payload();
    });
    return variant;
  }
  VariantPayload take_variant_payload() {
    if (reader_.peek() == wire::CborType::text) {
      auto const at = reader_.offset();
      if (reader_.take_text() != UnitPayload::tag) reader_.fail_at(at, "the payload is not known");
      return UnitPayload{};
    }
    static constexpr std::array<std::string_view, 3> tags{NewtypePayload::tag, TuplePayload::tag,
                                                          StructPayload::tag};
    static constexpr std::array<std::string_view, 3> keys{"type_ref", "types", "fields"};
    auto const [tag, entries] = take_tagged(tags);
    VariantPayload payload;
    take_all(entries, Keys{keys}.subspan(tag, 1), 0b1, [&](std::size_t) {
      if (tag == 0) payload = NewtypePayload{take_ref()};
      if (tag == 1) payload = TuplePayload{take_refs()};
      if (tag == 2) payload = StructPayload{take_fields()};
    });
    return payload;
  }

  Kind take_kind() {
    using Take = Kind (Decoder::*)(std::uint64_t);
    struct Form {
      std::string_view tag;
      Take take;
    };
    static constexpr Form forms[] = {
        {"primitive", &Decoder::take_primitive},   {Struct::tag, &Decoder::take_struct},
        {Enum::tag, &Decoder::take_enum},          {Tuple::tag, &Decoder::take_tuple},
        {List::tag, &Decoder::take_element<List>}, {Option::tag, &Decoder::take_element<Option>},
        {Array::tag, &Decoder::take_sized_array},  {Map::tag, &Decoder::take_map},
        {Channel::tag, &Decoder::take_channel}};
    static constexpr auto tags = [] {
      std::array<std::string_view, std::size(forms)> names{};
      std::ranges::transform(forms, names.begin(), &Form::tag);
      return names;
    }();
    auto const [tag, entries] = take_tagged(tags);
    return reader_.failed() ? Kind{} : (this->*forms[tag].take)(entries);
  }

  Kind take_primitive(std::uint64_t entries) {
    Within const rule{*this, "schema.format.primitive"};
    static constexpr std::array<std::string_view, 1> keys{"primitive_type"};
    auto primitive = Primitive::unit;
    take_all(entries, keys, 0b1, [&](std::size_t) {
      auto const at = reader_.offset();
      auto const named = primitive_named(reader_.take_text());
      if (!named) return reader_.fail_at(at, "the primitive type is not known");
      primitive = *named;
    });
    return primitive;
  }
  Kind take_struct(std::uint64_t entries) {
    Within const rule{*this, "schema.format.struct"};
    static constexpr std::array<std::string_view, 2> keys{"name", "fields"};
    Struct structure;
    take_all(entries, keys, 0b11, [&](std::size_t key) {
      if (key == 0) structure.name = take_nominal_name();
      if (key == 1) structure.fields = take_fields();
    });
    return structure;
  }
  Kind take_enum(std::uint64_t entries) {
    Within const rule{*this, "schema.format.enum"};
    static constexpr std::array<std::string_view, 2> keys{"name", "variants"};
    Enum enumeration;
    take_all(entries, keys, 0b11, [&](std::size_t key) {
      if (key == 0) enumeration.name = take_nominal_name();
      if (key == 1) enumeration.variants = take_array([&] { return take_variant(); });
    });
    return enumeration;
  }
  Kind take_tuple(std::uint64_t entries) {
    Within const rule{*this, "schema.format.tuple"};
    static constexpr std::array<std::string_view, 1> keys{"elements"};
    Tuple tuple;
    take_all(entries, keys, 0b1, [&](std::size_t) {
      auto const at = reader_.offset();
      tuple.elements = take_refs();
      if (tuple.elements.empty() && reader_.strictness() == wire::Strictness::strict) {
        reader_.fail_at(at, "a tuple has no elements");
      }
    });
    return tuple;
  }
  template <class Container>
  Kind take_element(std::uint64_t entries) {
    Within const rule{*this, "schema.format.container"};
    static constexpr std::array<std::string_view, 1> keys{"element"};
    Container container;
    take_all(entries, keys, 0b1, [&](std::size_t) { container.element = take_ref(); });
    return container;
  }
  Kind take_sized_array(std::uint64_t entries) {
    Within const rule{*this, "schema.format.container"};
    static constexpr std::array<std::string_view, 2> keys{"element", "length"};
    Array array;
    take_all(entries, keys, 0b11, [&](std::size_t key) {
      if (key == 0) array.element = take_ref();
      if (key == 1) array.length = reader_.take_uint();
    });
    return array;
  }
  Kind take_map(std::uint64_t entries) {
    Within const rule{*this, "schema.format.container"};
    static constexpr std::array<std::string_view, 2> keys{"key", "value"};
    Map map;
    take_all(entries, keys, 0b11, [&](std::size_t key) {
      if (key == 0) map.key = take_ref();
      if (key == 1) map.value = take_ref();
    });
    return map;
  }
  Kind take_channel(std::uint64_t entries) {
    Within const rule{*this, "schema.format.channel"};
    static constexpr std::array<std::string_view, 2> keys{"direction", "element"};
    Channel channel;
    take_all(entries, keys, 0b11, [&](std::size_t key) {
      if (key == 0) channel.direction = take_direction();
      if (key == 1) channel.element = take_ref();
    });
    return channel;
  }
  shape::ChannelDirection take_direction() {
    auto const at = reader_.offset();
    auto const text = reader_.take_text();
    if (text != "tx" && text != "rx") reader_.fail_at(at, "a channel is neither tx nor rx");
    return text == "tx" ? shape::ChannelDirection::tx : shape::ChannelDirection::rx;
  }

  wire::CborReader reader_;
  Rule current_ = "schema.format";
  Limits limits_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<SchemaPayload> decode_payload(ByteView cbor, wire::Strictness strictness,
                                     Limits const& limits) {
  Decoder decoder{cbor, strictness, limits};
  auto payload = decoder.take_payload();
  return decoder.result(std::move(payload));
}

Result<std::vector<Schema>> decode_schemas(ByteView cbor, wire::Strictness strictness,
                                           Limits const& limits) {
  Decoder decoder{cbor, strictness, limits};
  auto schemas = decoder.take_schemas();
  return decoder.result(std::move(schemas));
}

}  // namespace vox::schema
