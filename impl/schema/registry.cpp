#include "impl/schema/registry.hpp"

#include <set>
#include <utility>
#include <vector>

namespace vox::schema {

namespace {

// Calls visit(id) once for each type id that the type needs, as long as visit gives the schema.
template <class Visit>
void walk(TypeRef const& type, Visit const& visit) {
  std::set<TypeId> seen;
  std::vector<TypeId> waiting;
  auto const wait = [&](TypeRef const& reference) {
    for_each_type_id(reference, [&](TypeId id) {
      if (seen.insert(id).second) waiting.push_back(id);
    });
  };
  wait(type);
  while (!waiting.empty()) {
    auto const id = waiting.back();
    waiting.pop_back();
    if (Schema const* const schema = visit(id)) for_each_ref(schema->kind, wait);
  }
}

}  // namespace

Registry::Registry(std::span<Schema const> schemas) {
  for (auto const& schema : schemas)
    add(schema);
}

bool Registry::add(Schema schema) {
  auto const [place, is_new] = schema_of_.try_emplace(schema.id, nullptr);
  if (is_new) place->second = &schemas_.emplace_back(std::move(schema));
  return is_new;
}

void Registry::clear() {
  schema_of_.clear();
  schemas_.clear();
}

Schema const* Registry::find(TypeId id) const {
  auto const found = schema_of_.find(id);
  return found == schema_of_.end() ? nullptr : found->second;
}

std::optional<TypeId> Registry::first_missing(TypeRef const& type) const {
  std::optional<TypeId> missing;
  walk(type, [&](TypeId id) {
    auto const* const schema = find(id);
    if (schema == nullptr && !missing) missing = id;
    return schema;
  });
  return missing;
}

SchemaPayload Registry::closure(TypeRef const& type) const {
  std::set<TypeId> needed;
  walk(type, [&](TypeId id) {
    needed.insert(id);
    return find(id);
  });
  SchemaPayload payload{.schemas = {}, .root = type};
  for (auto const& schema : schemas_) {
    if (needed.contains(schema.id)) payload.schemas.push_back(schema);
  }
  return payload;
}

}  // namespace vox::schema
