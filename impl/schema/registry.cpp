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
  bool const is_new = place_of_.try_emplace(schema.id, schemas_.size()).second;
  if (is_new) {
    schemas_.push_back(std::move(schema));
    is_complete_.push_back(false);
  }
  return is_new;
}

void Registry::clear() {
  place_of_.clear();
  is_complete_.clear();
  schemas_.clear();
}

Schema const* Registry::find(TypeId id) const {
  auto const found = place_of_.find(id);
  return found == place_of_.end() ? nullptr : &schemas_[found->second];
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

std::optional<TypeId> Registry::first_missing_of_new(TypeRef const& type) {
  std::optional<TypeId> missing;
  std::vector<std::size_t> seen;
  walk(type, [&](TypeId id) -> Schema const* {
    auto const found = place_of_.find(id);
    if (found == place_of_.end()) {
      if (!missing) missing = id;
      return nullptr;
    }
    if (is_complete_[found->second]) return nullptr;
    seen.push_back(found->second);
    return &schemas_[found->second];
  });
  if (missing) return missing;
  for (auto const place : seen)
    is_complete_[place] = true;
  return std::nullopt;
}

SchemaPayload Registry::closure(TypeRef const& type) const {
  std::set<std::size_t> needed;  // places, so that a small type of a large registry costs little
  walk(type, [&](TypeId id) -> Schema const* {
    auto const found = place_of_.find(id);
    if (found == place_of_.end()) return nullptr;
    needed.insert(found->second);
    return &schemas_[found->second];
  });
  SchemaPayload payload{.schemas = {}, .root = type};
  for (auto const place : needed)
    payload.schemas.push_back(schemas_[place]);
  return payload;
}

}  // namespace vox::schema
