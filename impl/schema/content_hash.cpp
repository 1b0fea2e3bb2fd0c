#include "impl/schema/content_hash.hpp"

#include "impl/wire/blake3.hpp"
#include "impl/wire/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace vox::schema {

namespace {

TypeId hash_of(wire::Buffer const& preimage) {
  return wire::hash64(preimage.view());
}

// Writes what is hashed. Texts and tags stand behind their length in 4 bytes, as opaque fields do.
template <class IdOf>
class Preimage {
 public:
  Preimage(wire::Buffer& out, IdOf id_of) : writer_{out}, id_of_{std::move(id_of)} {}

  void put(Schema const& schema) {
    type_params_ = schema.type_params;
    std::visit([&](auto const& form) { put_kind(form); }, schema.kind);
  }

 private:
  void put_text(std::string_view text) { writer_.put_opaque(as_bytes(text)); }

  // r[impl schema.type-id.hash.typeref]
  void put_ref(TypeRef const& reference) {
    if (auto const* const variable = std::get_if<Variable>(&reference.form)) {
      put_text("var");
      put_text(variable->name);
      return;
    }
    auto const& concrete = std::get<Concrete>(reference.form);
    put_text("concrete");
    writer_.put_u64_le(id_of_(concrete.type_id));
    if (concrete.args.empty()) return;
    put_text("args");
    for (auto const& argument : concrete.args)
      put_ref(argument);
  }
  void put_refs(std::span<TypeRef const> references) {
    for (auto const& reference : references)
      put_ref(reference);
  }
  void put_fields(std::span<Field const> fields) {
    for (auto const& field : fields) {
      put_text(field.name);
      put_ref(field.type);
    }
  }
  void put_nominal(std::string_view tag, std::string_view name) {
    put_text(tag);
    put_text(name);
    writer_.put_u32_le(static_cast<std::uint32_t>(type_params_.size()));
    for (auto const& param : type_params_)
      put_text(param);
  }

  // r[impl schema.type-id.hash.primitives]
  void put_kind(Primitive primitive) { put_text(name_of(primitive)); }
  // r[impl schema.type-id.hash.struct]
  void put_kind(Struct const& structure) {
    put_nominal(Struct::tag, structure.name);
    put_fields(structure.fields);
  }
  // r[impl schema.type-id.hash.enum]
  void put_kind(Enum const& enumeration) {
    put_nominal(Enum::tag, enumeration.name);
    for (auto const& variant : enumeration.variants) {
      put_text(variant.name);
      writer_.put_u32_le(variant.index);
      std::visit([&](auto const& payload) { put_payload(payload); }, variant.payload);
    }
  }
  template <class Payload>
  void put_payload(Payload const& payload) {
    put_text(Payload::tag);
    if constexpr (requires { payload.type; }) put_ref(payload.type);
    if constexpr (requires { payload.types; }) put_refs(payload.types);
    if constexpr (requires { payload.fields; }) put_fields(payload.fields);
  }
  // r[impl schema.type-id.hash.tuple]
  void put_kind(Tuple const& tuple) {
    put_text(Tuple::tag);
    put_refs(tuple.elements);
  }
  // r[impl schema.type-id.hash.container]
  template <class Container>
    requires requires(Container const& container) { container.element; }
  void put_kind(Container const& container) {
    put_text(Container::tag);
    put_ref(container.element);
    if constexpr (requires { container.length; }) writer_.put_u64_le(container.length);
  }
  void put_kind(Map const& map) {
    put_text(Map::tag);
    put_ref(map.key);
    put_ref(map.value);
  }
  // The direction has other names here than in CBOR.
  // r[impl schema.type-id.hash.channel]
  void put_kind(Channel const& channel) {
    put_text(Channel::tag);
    put_text(channel.direction == shape::ChannelDirection::tx ? "send" : "recv");
    put_ref(channel.element);
  }

  wire::Writer writer_;
  IdOf id_of_;
  std::span<Text const> type_params_;
};

template <class IdOf>
TypeId hash_with(Schema const& schema, IdOf id_of) {
  wire::Buffer preimage;
  Preimage{preimage, std::move(id_of)}.put(schema);
  return hash_of(preimage);
}

// The ids of one payload while they are being found.
class Finalizer {
 public:
  explicit Finalizer(std::span<Schema const> schemas) : schemas_{schemas}, ids_(schemas.size()) {
    for (std::size_t i = 0; i < schemas.size(); ++i)
      place_of_.emplace(schemas[i].id, i);
  }

  std::vector<TypeId> run() && {
    auto const recursive = find_recursive();
    for (std::size_t i = 0; i < schemas_.size(); ++i) {
      if (!recursive[i]) ids_[i] = hash_with(schemas_[i], [&](TypeId id) { return known(id); });
    }
    for (std::size_t begin = 0; begin < schemas_.size();) {
      auto end = begin;
      while (end < schemas_.size() && recursive[end])
        ++end;
      if (end > begin) finish_group(begin, end);
      begin = std::max(end, begin + 1);
    }
    return std::move(ids_);
  }

 private:
  // A schema that refers to itself or to a later one closes a cycle, and so does the later one.
  [[nodiscard]] std::vector<bool> find_recursive() const {
    std::vector<bool> recursive(schemas_.size());
    for (std::size_t i = 0; i < schemas_.size(); ++i) {
      for_each_ref(schemas_[i].kind, [&](TypeRef const& reference) {
        for_each_type_id(reference, [&](TypeId id) {
          auto const place = place_of_.find(id);
          if (place == place_of_.end() || place->second < i) return;
          recursive[i] = recursive[place->second] = true;
        });
      });
    }
    return recursive;
  }

  // What is known of an id so far: 0 for one of this payload that has not been found yet.
  [[nodiscard]] TypeId known(TypeId id) const {
    auto const place = place_of_.find(id);
    return place == place_of_.end() ? id : ids_[place->second];
  }

  void finish_group(std::size_t begin, std::size_t end) {
    // The ids inside the group are still 0, so that no member's hash depends on another's.
    std::vector<TypeId> preliminary;
    for (auto i = begin; i < end; ++i) {
      preliminary.push_back(hash_with(schemas_[i], [&](TypeId id) { return known(id); }));
    }
    std::vector<std::size_t> order(preliminary.size());
    // NOLINTNEXTLINE(modernize-use-ranges): libstdc++ 12 has no ranges::iota.
    std::iota(order.begin(), order.end(), 0uz);
    std::ranges::sort(order, {}, [&](std::size_t member) {
      return std::pair{preliminary[member], member};  // equal ones stay as they stand
    });

    wire::Buffer all;
    for (auto const member : order)
      wire::Writer{all}.put_u64_le(preliminary[member]);
    auto const group = hash_of(all);
    for (std::size_t position = 0; position < order.size(); ++position) {
      wire::Buffer one;
      wire::Writer{one}.put_u64_le(group);
      wire::Writer{one}.put_u64_le(position);
      ids_[begin + order[position]] = hash_of(one);
    }
  }

  std::span<Schema const> schemas_;
  std::vector<TypeId> ids_;
  std::map<TypeId, std::size_t> place_of_;
};

}  // namespace

TypeId content_hash(Schema const& schema) {
  return hash_with(schema, [](TypeId id) { return id; });
}

std::vector<TypeId> content_ids(std::span<Schema const> schemas) {
  return Finalizer{schemas}.run();
}

SchemaPayload with_content_ids(SchemaPayload numbered) {
  auto const ids = content_ids(numbered.schemas);
  std::map<TypeId, TypeId> id_of;
  for (std::size_t i = 0; i < ids.size(); ++i)
    id_of.emplace(numbered.schemas[i].id, ids[i]);
  auto const rename = [&](TypeRef& reference) {
    for_each_type_id(reference, [&](TypeId& id) {
      if (auto const found = id_of.find(id); found != id_of.end()) id = found->second;
    });
  };

  SchemaPayload finished;
  std::set<TypeId> kept;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!kept.insert(ids[i]).second) continue;
    auto& schema = finished.schemas.emplace_back(std::move(numbered.schemas[i]));
    schema.id = ids[i];
    for_each_ref(schema.kind, rename);
  }
  rename(numbered.root);
  finished.root = std::move(numbered.root);
  return finished;
}

}  // namespace vox::schema
