#include "impl/schema/cbor_form.hpp"
#include "impl/wire/cbor_writer.hpp"

namespace vox::schema {

namespace {

// Puts maps with their keys in the one order that all peers use.
class Encoder {
 public:
  explicit Encoder(wire::Buffer& out) : writer_{out} {}

  // r[impl schema.principles.cbor]
  void put(SchemaPayload const& payload) {
    writer_.put_map(2);
    writer_.put_text("schemas");
    put(std::span<Schema const>{payload.schemas});
    put_member("root", payload.root);
  }
  void put(std::span<Schema const> schemas) {
    writer_.put_array(schemas.size());
    for (auto const& schema : schemas)
      put(schema);
  }

 private:
  void put(Schema const& schema) {
    writer_.put_map(3);
    put_member("id", schema.id);
    put_member("type_params", schema.type_params);
    writer_.put_text("kind");
    std::visit([&](auto const& kind) { put(kind); }, schema.kind);
  }

  template <class Value>
  void put_member(std::string_view key, Value const& value) {
    writer_.put_text(key);
    put(value);
  }
  // The head of a tagged map, which is followed by `members` more entries.
  void put_tagged(std::string_view tag, std::uint64_t members) {
    writer_.put_map(members + 1);
    put_member("tag", tag);
  }

  void put(std::uint64_t value) { writer_.put_uint(value); }
  void put(bool value) { writer_.put_bool(value); }
  void put(std::string_view text) { writer_.put_text(text); }
  void put(Text const& text) { writer_.put_text(text); }
  template <class Element>
  void put(Parts<Element> const& elements) {
    writer_.put_array(elements.size());
    for (auto const& element : elements)
      put(element);
  }

  void put(TypeRef const& reference) {
    if (auto const* const variable = std::get_if<Variable>(&reference.form)) {
      put_tagged("var", 1);
      put_member("name", std::string_view{variable->name});
      return;
    }
    auto const& concrete = std::get<Concrete>(reference.form);
    put_tagged("concrete", 2);
    put_member("type_id", concrete.type_id);
    put_member("args", concrete.args);
  }
  void put(Field const& field) {
    writer_.put_map(3);
    put_member("name", std::string_view{field.name});
    put_member("type_ref", field.type);
    put_member("required", field.required);
  }
  void put(Variant const& variant) {
    writer_.put_map(3);
    put_member("name", std::string_view{variant.name});
    put_member("index", std::uint64_t{variant.index});
    writer_.put_text("payload");
    std::visit([&](auto const& payload) { put(payload); }, variant.payload);
  }

  void put(UnitPayload const&) { put(UnitPayload::tag); }
  void put(NewtypePayload const& payload) {
    put_tagged(NewtypePayload::tag, 1);
    put_member("type_ref", payload.type);
  }
  void put(TuplePayload const& payload) {
    put_tagged(TuplePayload::tag, 1);
    put_member("types", payload.types);
  }
  void put(StructPayload const& payload) {
    put_tagged(StructPayload::tag, 1);
    put_member("fields", payload.fields);
  }

  void put(Primitive primitive) {
    put_tagged("primitive", 1);
    put_member("primitive_type", name_of(primitive));
  }
  void put(Struct const& structure) {
    put_tagged(Struct::tag, 2);
    put_member("name", std::string_view{structure.name});
    put_member("fields", structure.fields);
  }
  void put(Enum const& enumeration) {
    put_tagged(Enum::tag, 2);
    put_member("name", std::string_view{enumeration.name});
    put_member("variants", enumeration.variants);
  }
  void put(Tuple const& tuple) {
    put_tagged(Tuple::tag, 1);
    put_member("elements", tuple.elements);
  }
  void put(List const& list) {
    put_tagged(List::tag, 1);
    put_member("element", list.element);
  }
  void put(Map const& map) {
    put_tagged(Map::tag, 2);
    put_member("key", map.key);
    put_member("value", map.value);
  }
  void put(Array const& array) {
    put_tagged(Array::tag, 2);
    put_member("element", array.element);
    put_member("length", array.length);
  }
  void put(Option const& option) {
    put_tagged(Option::tag, 1);
    put_member("element", option.element);
  }
  void put(Channel const& channel) {
    put_tagged(Channel::tag, 2);
    bool const sends = channel.direction == shape::ChannelDirection::tx;
    put_member("direction", std::string_view{sends ? "tx" : "rx"});
    put_member("element", channel.element);
  }

  wire::CborWriter writer_;
};

template <class Value>
Bytes encoded(Value const& value) {
  wire::Buffer out;
  encode(out, value);
  return out.take();
}

}  // namespace

void encode(wire::Buffer& out, SchemaPayload const& payload) {
  Encoder{out}.put(payload);
}
void encode(wire::Buffer& out, std::span<Schema const> schemas) {
  Encoder{out}.put(schemas);
}
Bytes encode(SchemaPayload const& payload) {
  return encoded(payload);
}
Bytes encode(std::span<Schema const> schemas) {
  return encoded(schemas);
}

}  // namespace vox::schema
