#include "conformance/relay/schema_ids.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/schema_payload.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/content_hash.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace voxspec::relay {
namespace {

using vox::schema::Schema;
using vox::schema::SchemaPayload;
using vox::schema::TypeId;
using vox::schema::TypeRef;

std::optional<SchemaPayload> payload_of(Value const& schemas) {
  auto read = schema_payload(schemas);
  if (!read) return std::nullopt;
  return *std::move(read);
}

Value value_of(SchemaPayload const& payload) {
  return canonical_cbor(vox::schema::encode(payload)).value();
}

Schema const& unit_schema() {
  static Schema const schema = [] {
    Schema made;
    made.kind = vox::schema::Primitive::unit;
    made.id = vox::schema::content_hash(made);
    return made;
  }();
  return schema;
}

Value unit_reference() {
  return Record{{{"tag", "concrete"}, {"type_id", unit_schema().id}, {"args", ValueList{}}}};
}

// The fields or variants of a struct or enum.
ValueList* parts_of(Record& kind) {
  for (auto const* const name : {"fields", "variants"}) {
    auto* const found = kind.find(name);
    if (found != nullptr && found->is<ValueList>()) return found->get<ValueList>();
  }
  return nullptr;
}

Value extra_part(Record const& kind, ValueList const& parts, std::string const& name) {
  if (kind.find("variants") == nullptr) {
    return Record{{{"name", name}, {"type_ref", unit_reference()}, {"required", false}}};
  }
  return Record{
      {{"name", name}, {"index", std::uint64_t{parts.size()}}, {"payload", Value{"unit"}}}};
}

// Changes one declaration, if it is one that is meant. Says whether it now refers to the unit type.
struct Retyped {
  bool changed = false;
  bool needs_unit = false;
};
Retyped retype_one(Value& schema, Retype const& how) {
  auto* const record = schema.get<Record>();
  auto* const kind_value = record == nullptr ? nullptr : record->find("kind");
  auto* const kind = kind_value == nullptr ? nullptr : kind_value->get<Record>();
  auto* const name = kind == nullptr ? nullptr : kind->find("name");
  auto* const parts = kind == nullptr ? nullptr : parts_of(*kind);
  if (name == nullptr || parts == nullptr) return {};
  auto* const text = name->get<std::string>();
  if (text == nullptr || (!how.type.empty() && *text != how.type)) return {};
  Retyped done;
  for (auto& part : *parts) {
    auto* const own = part.get<Record>();
    auto* const called = own == nullptr ? nullptr : own->find("name");
    if (how.field.empty() || called == nullptr || called->text() != how.field) continue;
    *called = Value{how.name};
    done.changed = true;
  }
  if (!how.extra.empty()) {
    done.needs_unit = kind->find("variants") == nullptr;
    parts->push_back(extra_part(*kind, *parts, how.extra));
    done.changed = true;
  }
  if (how.reversed && kind->find("fields") != nullptr) {
    std::ranges::reverse(*parts);
    done.changed = true;
  }
  if (!how.suffix.empty()) {
    *text += how.suffix;
    done.changed = true;
  }
  return done;
}

// Calls visit(reference) for each of the payload's.
template <class Visit>
void for_each_reference(SchemaPayload& payload, Visit const& visit) {
  for (auto& schema : payload.schemas)
    vox::schema::for_each_ref(schema.kind, visit);
  visit(payload.root);
}

bool describes(SchemaPayload const& payload, TypeId id) {
  return std::ranges::find(payload.schemas, id, &Schema::id) != payload.schemas.end();
}

}  // namespace

std::optional<vox::schema::Plan> plan_to_retyped(Value const& own, Retype const& how) {
  auto retyped = own;
  auto* const list = retyped.get<Record>()->find("schemas")->get<ValueList>();
  for (auto& schema : *list)
    (void)retype_one(schema, how);
  auto const from = payload_of(own);
  auto to = payload_of(retyped);
  if (!from || !to) return std::nullopt;
  auto plan = vox::schema::build_plan(
      *from, vox::schema::LocalType{.payload = *std::move(to), .defaults = {}});
  if (!plan) return std::nullopt;
  return *std::move(plan);
}

bool SchemaIds::put_into(std::uint64_t connection, Value& schemas) {
  auto payload = payload_of(schemas);
  if (!payload) return false;
  auto& known = known_[connection];
  for (auto const& schema : payload->schemas) {
    known.told.insert(schema.id);
    known.renamed.erase(schema.id);  // described anew
  }
  auto changed = std::erase_if(payload->schemas, [&](Schema const& each) {
                   return known.added.contains(each.id);
                 }) > 0;
  for_each_reference(*payload, [&](TypeRef& reference) {
    vox::schema::for_each_type_id(reference, [&](TypeId& id) {
      auto const found = known.renamed.find(id);
      if (found == known.renamed.end()) return;
      id = found->second;
      changed = true;
    });
  });
  // What names others by other ids has another content.
  if (changed) {
    schemas = value_of(*payload);
    (void)rehash(connection, schemas);
  }
  return changed;
}

bool SchemaIds::retype(std::uint64_t connection, Value& schemas, Retype const& how) {
  auto const payload = payload_of(schemas);
  if (!payload) return false;
  schemas = value_of(*payload);
  auto* const record = schemas.get<Record>();
  auto* const found = record == nullptr ? nullptr : record->find("schemas");
  auto* const list = found == nullptr ? nullptr : found->get<ValueList>();
  if (list == nullptr) return false;
  Retyped all;
  for (auto& schema : *list) {
    auto const [changed, needs_unit] = retype_one(schema, how);
    all.changed |= changed;
    all.needs_unit |= needs_unit;
  }
  auto& known = known_[connection];
  auto const unit = unit_schema().id;
  if (all.needs_unit && !known.told.contains(unit) && known.added.insert(unit).second) {
    auto with_unit = payload_of(schemas);
    if (with_unit && !describes(*with_unit, unit)) {
      with_unit->schemas.insert(with_unit->schemas.begin(), unit_schema());
      schemas = value_of(*with_unit);
    }
  }
  return all.changed;
}

bool SchemaIds::rehash(std::uint64_t connection, Value& schemas) {
  auto payload = payload_of(schemas);
  if (!payload) return false;
  auto& renamed = known_[connection].renamed;
  auto const ids = vox::schema::content_ids(payload->schemas);
  auto changed = false;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto const id = payload->schemas[i].id;
    if (id == ids[i]) continue;
    renamed[id] = ids[i];
    changed = true;
  }
  if (changed) schemas = value_of(vox::schema::with_content_ids(*std::move(payload)));
  return changed;
}

}  // namespace voxspec::relay
