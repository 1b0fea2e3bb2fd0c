#include "impl/schema/cbor_form.hpp"
#include "impl/wire/cbor_definite.hpp"
#include "impl/wire/cbor_reader.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

namespace vox::schema {

namespace {

// The fewest bytes that a part takes, so that room is made for no more of them than can be there.
template <class Part>
constexpr std::size_t bytes_min = 24;
template <>
constexpr std::size_t bytes_min<Text> = 1;
template <>
constexpr std::size_t bytes_min<TypeRef> = 15;  // {"tag": "var", "name": ""}

template <std::size_t count>
using Texts = std::array<std::string_view, count>;

// Takes schemas off a CBOR payload. As its reader does, it goes on with empty values after the
// first failure and is asked for it at the end. What it makes stands in the arena, or without one
// on the heap.
class Decoder {
 public:
  Decoder(ByteView cbor, wire::Strictness strictness, Limits const& limits, Arena* arena = nullptr)
      : reader_{cbor, "schema.format", strictness, limits.cbor_depth_max},
        limits_{limits},
        parts_left_{limits.schema_parts_max},
        arena_{arena} {}

  SchemaPayload take_payload() {
    Within const rule{*this, "schema.format.delivery"};
    static constexpr Texts<2> keys{"schemas", "root"};
    SchemaPayload payload;
    take_all<keys>(reader_.take_map(), 0b11, [&](std::size_t key) {
      if (key == 0) payload.schemas = take_schemas();
      if (key == 1) take(payload.root);
    });
    return payload;
  }

  std::vector<Schema> take_schemas() {
    Within const rule{*this, "schema.format"};
    std::vector<Schema> schemas;
    for (auto count = take_schema_count(); count > 0 && !reader_.failed(); --count)
      take(schemas.emplace_back());
    return schemas;
  }

  // The same, in the arena, which never destroys them.
  std::span<Schema const> take_schemas_into_arena() {
    Within const rule{*this, "schema.format"};
    auto const count = take_schema_count();
    auto* const schemas = ArenaAllocator<Schema>{arena_}.allocate(count);
    for (std::size_t i = 0; i < count && !reader_.failed(); ++i)
      take(*std::construct_at(schemas + i));
    return {schemas, reader_.failed() ? 0 : count};
  }

  [[nodiscard]] std::size_t offset() const { return reader_.offset(); }
  // At least as many as CBOR items were nested: a reference is a map in an array, and above all
  // references stand a list, a schema, its kind, its variants with their payloads and fields.
  [[nodiscard]] std::size_t cbor_depth() const { return 2 * deepest_ + 8; }

  template <class T>
  Result<T> result(T value) {
    auto result = reader_.result(std::move(value));
    if (!result) result.error().rule = current_;
    return result;
  }
  // The same where more may follow.
  template <class T>
  Result<T> prefix_result(T value) {
    if (reader_.failed()) return result(std::move(value));
    return value;
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

  std::size_t take_schema_count() {
    auto const at = reader_.offset();
    auto const count = reader_.take_array();
    if (count > limits_.schema_count_max) {
      return reader_.fail_at(at, "there are too many schemas"), 0;
    }
    return static_cast<std::size_t>(count);
  }

  template <class Part>
  void take(Parts<Part>& parts) {
    auto const at = reader_.offset();
    auto count = reader_.take_array();
    if (count == 0) return;
    if (count > parts_left_) return reader_.fail_at(at, "the schemas have too many parts");
    parts_left_ -= count;
    Parts<Part> taken{arena_};
    taken.reserve(std::min<std::size_t>(count, 1 + reader_.remaining() / bytes_min<Part>));
    for (; count > 0 && !reader_.failed(); --count)
      take(taken.emplace_back());
    parts = std::move(taken);
  }

  // The entries of a map, among which must be the keys whose bits are set in `required`.
  template <auto const& keys, class Take>
  void take_all(std::uint64_t entries, std::uint64_t required, Take const& take_entry) {
    auto const at = reader_.offset();
    auto const seen = wire::take_entries<keys>(reader_, entries, take_entry);
    if ((seen & required) != required) reader_.fail_at(at, "a map lacks a key that it must have");
  }

  struct Tagged {
    std::size_t tag = 0;  // which of the tags it is
    std::uint64_t entries = 0;
  };
  // The head of a map of which one entry says what the others mean. It stands first, unless the
  // peer sorts its entries otherwise, which 0.4.0 cannot read.
  template <auto const& tags>
  Tagged take_tagged() {
    auto const entries = reader_.take_map();
    if (entries == 0) return reader_.fail("a map has no tag"), Tagged{};
    auto const begin = reader_;
    auto const key_at = reader_.offset();
    auto const key = reader_.take_raw_text();
    if (key == "tag") return {.tag = take_tag<tags>(), .entries = entries - 1};
    check_utf8(key, key_at);
    if (reader_.strictness() != wire::Strictness::strict) {
      return reader_.fail_at(key_at, "the first entry of the map is not its tag"), Tagged{};
    }
    reader_.skip_value();
    for (auto left = entries - 1; left > 0 && !reader_.failed(); --left) {
      bool const is_tag = reader_.take_raw_text() == "tag";
      if (!is_tag) {
        reader_.skip_value();
        continue;
      }
      auto const tag = take_tag<tags>();
      if (reader_.failed()) return {};
      reader_ = begin;  // The tag is passed over as an unknown entry when the others are read.
      return {.tag = tag, .entries = entries};
    }
    return reader_.fail_at(key_at, "a map has no tag"), Tagged{};
  }
  template <auto const& tags>
  std::size_t take_tag() {
    auto const tag_at = reader_.offset();
    auto const text = reader_.take_raw_text();
    auto const tag = wire::index_in<tags>(text);
    if (tag == tags.size()) {
      check_utf8(text, tag_at);
      return reader_.fail_at(tag_at, "the tag is not known"), 0;
    }
    return tag;
  }
  void check_utf8(std::string_view text, std::size_t at) {
    if (!wire::is_utf8(as_bytes(text))) reader_.fail_at(at, "a CBOR text is not UTF-8");
  }

  void take(Text& out) {
    auto const text = reader_.take_text();
    if (arena_ == nullptr) {
      out = Text{text};
    } else {
      auto* const room = ArenaAllocator<char>{arena_}.allocate(text.size());
      text.copy(room, text.size());
      out = Text::borrowed({room, text.size()});
    }
  }
  void take_nominal_name(Text& out) {
    auto const at = reader_.offset();
    take(out);
    if (out.empty() && reader_.strictness() == wire::Strictness::strict) {
      reader_.fail_at(at, "a struct or an enum has no name");
    }
  }

  void take(Schema& out) {
    static constexpr Texts<3> keys{"id", "type_params", "kind"};
    // Types without parameters may leave the list out.
    take_all<keys>(reader_.take_map(), 0b101, [&](std::size_t key) {
      if (key == 0) out.id = take_type_id();
      if (key == 1) take(out.type_params);
      if (key == 2) take(out.kind);
    });
  }

  TypeId take_type_id() {
    Within const rule{*this, "schema.format.type-id"};
    return reader_.take_uint();
  }

  void take(TypeRef& out) {
    Within const rule{*this, "schema.format.type-ref"};
    if (depth_ == limits_.schema_depth_max) {
      return reader_.fail("a type reference is nested too deeply");
    }
    deepest_ = std::max(deepest_, ++depth_);
    static constexpr Texts<2> tags{"concrete", "var"};
    auto const [tag, entries] = take_tagged<tags>();
    if (tag == 0) {
      take_concrete(out.form.emplace<Concrete>(), entries);
    } else {
      static constexpr Texts<1> keys{"name"};
      auto& variable = out.form.emplace<Variable>();
      take_all<keys>(entries, 0b1, [&](std::size_t) { take(variable.name); });
    }
    --depth_;
  }
  void take_concrete(Concrete& out, std::uint64_t entries) {
    static constexpr Texts<2> keys{"type_id", "args"};
    take_all<keys>(entries, 0b11, [&](std::size_t key) {
      if (key == 0) out.type_id = take_type_id();
      if (key == 1) take(out.args);
    });
  }

  void take(Field& out) {
    static constexpr Texts<3> keys{"name", "type_ref", "required"};
    take_all<keys>(reader_.take_map(), 0b111, [&](std::size_t key) {
      if (key == 0) take(out.name);
      if (key == 1) take(out.type);
      if (key == 2) out.required = reader_.take_bool();
    });
  }

  void take(Variant& out) {
    static constexpr Texts<3> keys{"name", "index", "payload"};
    take_all<keys>(reader_.take_map(), 0b111, [&](std::size_t key) {
      if (key == 0) take(out.name);
      if (key == 1) out.index = reader_.take_uint_as<std::uint32_t>();
      if (key == 2) take(out.payload);
    });
  }
  void take(VariantPayload& out) {
    if (reader_.peek() == wire::CborType::text) {
      auto const at = reader_.offset();
      if (reader_.take_text() != UnitPayload::tag) reader_.fail_at(at, "the payload is not known");
      out.emplace<UnitPayload>();
      return;
    }
    static constexpr Texts<3> tags{NewtypePayload::tag, TuplePayload::tag, StructPayload::tag};
    static constexpr Texts<1> type_key{"type_ref"};
    static constexpr Texts<1> types_key{"types"};
    static constexpr Texts<1> fields_key{"fields"};
    auto const [tag, entries] = take_tagged<tags>();
    if (tag == 0) take_only<type_key>(entries, out.emplace<NewtypePayload>().type);
    if (tag == 1) take_only<types_key>(entries, out.emplace<TuplePayload>().types);
    if (tag == 2) take_only<fields_key>(entries, out.emplace<StructPayload>().fields);
  }
  // A map's entries of which one is wanted.
  template <auto const& key, class Value>
  void take_only(std::uint64_t entries, Value& value) {
    take_all<key>(entries, 0b1, [&](std::size_t) { take(value); });
  }

  void take(Kind& out) {
    static constexpr Texts<9> tags{"primitive", Struct::tag, Enum::tag, Tuple::tag,  List::tag,
                                   Option::tag, Array::tag,  Map::tag,  Channel::tag};
    auto const [tag, entries] = take_tagged<tags>();
    if (reader_.failed()) return;
    switch (tag) {
      case 0:
        return take_primitive(out.emplace<Primitive>(Primitive::unit), entries);
      case 1:
        return take_struct(out.emplace<Struct>(), entries);
      case 2:
        return take_enum(out.emplace<Enum>(), entries);
      case 3:
        return take_tuple(out.emplace<Tuple>(), entries);
      case 4:
        return take_element(out.emplace<List>(), entries);
      case 5:
        return take_element(out.emplace<Option>(), entries);
      case 6:
        return take_sized_array(out.emplace<Array>(), entries);
      case 7:
        return take_map(out.emplace<Map>(), entries);
      default:
        return take_channel(out.emplace<Channel>(), entries);
    }
  }

  void take_primitive(Primitive& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.primitive"};
    static constexpr Texts<1> keys{"primitive_type"};
    take_all<keys>(entries, 0b1, [&](std::size_t) {
      auto const at = reader_.offset();
      auto const named = primitive_named(reader_.take_text());
      if (!named) return reader_.fail_at(at, "the primitive type is not known");
      out = *named;
    });
  }
  void take_struct(Struct& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.struct"};
    static constexpr Texts<2> keys{"name", "fields"};
    take_all<keys>(entries, 0b11, [&](std::size_t key) {
      if (key == 0) take_nominal_name(out.name);
      if (key == 1) take(out.fields);
    });
  }
  void take_enum(Enum& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.enum"};
    static constexpr Texts<2> keys{"name", "variants"};
    take_all<keys>(entries, 0b11, [&](std::size_t key) {
      if (key == 0) take_nominal_name(out.name);
      if (key == 1) take(out.variants);
    });
  }
  void take_tuple(Tuple& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.tuple"};
    static constexpr Texts<1> keys{"elements"};
    take_all<keys>(entries, 0b1, [&](std::size_t) {
      auto const at = reader_.offset();
      take(out.elements);
      if (out.elements.empty() && reader_.strictness() == wire::Strictness::strict) {
        reader_.fail_at(at, "a tuple has no elements");
      }
    });
  }
  template <class Container>
  void take_element(Container& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.container"};
    static constexpr Texts<1> keys{"element"};
    take_only<keys>(entries, out.element);
  }
  void take_sized_array(Array& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.container"};
    static constexpr Texts<2> keys{"element", "length"};
    take_all<keys>(entries, 0b11, [&](std::size_t key) {
      if (key == 0) take(out.element);
      if (key == 1) out.length = reader_.take_uint();
    });
  }
  void take_map(Map& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.container"};
    static constexpr Texts<2> keys{"key", "value"};
    take_all<keys>(entries, 0b11, [&](std::size_t key) {
      if (key == 0) take(out.key);
      if (key == 1) take(out.value);
    });
  }
  void take_channel(Channel& out, std::uint64_t entries) {
    Within const rule{*this, "schema.format.channel"};
    static constexpr Texts<2> keys{"direction", "element"};
    take_all<keys>(entries, 0b11, [&](std::size_t key) {
      if (key == 0) out.direction = take_direction();
      if (key == 1) take(out.element);
    });
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
  std::size_t parts_left_;
  std::size_t depth_ = 0;
  std::size_t deepest_ = 0;
  Arena* arena_;
};

// Room for schemas beside the payload that names them: measured, and more follows where it is
// short.
std::size_t arena_bytes(ByteView cbor) {
  constexpr std::size_t first_bytes_max = 64uz << 10;
  return std::min(4 * cbor.size() + 1024, first_bytes_max);
}

}  // namespace

Result<SchemaPayload> decode_payload(ByteView cbor, wire::Strictness strictness,
                                     Limits const& limits) {
  Bytes definite;
  return wire::decode_any_length(cbor, strictness, limits.cbor_depth_max, definite,
                                 [&](ByteView bytes) {
                                   Decoder decoder{bytes, strictness, limits};
                                   auto payload = decoder.take_payload();
                                   return decoder.result(std::move(payload));
                                 });
}

Result<SchemaList> decode_schemas(ByteView cbor, wire::Strictness strictness,
                                  Limits const& limits) {
  auto arena = std::make_unique<Arena>(arena_bytes(cbor));
  Decoder decoder{cbor, strictness, limits, arena.get()};
  auto const schemas = decoder.take_schemas_into_arena();
  return decoder.result(SchemaList{std::move(arena), schemas});
}

Result<Greeting> decode_greeting(ByteView payload, wire::Strictness strictness,
                                 Limits const& limits, ByteView known) {
  struct Taker final : wire::SchemaListTaker {
    std::size_t take(ByteView list) override {
      has_known =
          !known.empty() && list.size() >= known.size() && equal(list.first(known.size()), known);
      if (has_known) return known.size();
      auto arena = std::make_unique<Arena>(arena_bytes(list));
      Decoder decoder{list, strictness, *limits, arena.get()};
      auto const taken = decoder.take_schemas_into_arena();
      auto const length = decoder.offset();
      schemas = decoder.prefix_result(SchemaList{std::move(arena), taken});
      // What may be nested too deeply for the handshake is passed over by its own rules.
      return schemas && decoder.cbor_depth() <= limits->cbor_depth_max ? length : 0;
    }
    wire::Strictness strictness = wire::Strictness::strict;
    Limits const* limits = nullptr;
    ByteView known;
    Result<SchemaList> schemas = SchemaList{};
    bool has_known = false;
  };
  Taker taker;
  taker.strictness = strictness;
  taker.limits = &limits;
  taker.known = known;
  auto message = wire::decode_handshake(payload, strictness, limits, &taker);
  if (!message) return std::unexpected(std::move(message.error()));
  return Greeting{.message = *std::move(message),
                  .schemas = std::move(taker.schemas),
                  .has_known_schemas = taker.has_known};
}

}  // namespace vox::schema
