#include "impl/schema/tracker.hpp"

#include <utility>

namespace vox::schema {

std::optional<SchemaPayload> SendTracker::missing(Binding binding,
                                                  SchemaPayload const& type) const {
  if (bindings_.contains(binding)) return std::nullopt;
  SchemaPayload announcement{.schemas = {}, .root = type.root};
  for (auto const& schema : type.schemas) {
    if (!types_.contains(schema.id)) announcement.schemas.push_back(schema);
  }
  return announcement;
}

void SendTracker::sent(Binding binding, SchemaPayload const& announced) {
  bindings_.insert(binding);
  for (auto const& schema : announced.schemas)
    types_.insert(schema.id);
}

void SendTracker::reset() {
  types_.clear();
  bindings_.clear();
}

Result<void> ReceiveTracker::record(Binding binding, SchemaPayload announced) {
  std::set<TypeId> announced_ids;
  for (auto const& schema : announced.schemas) {
    if (registry_.find(schema.id) != nullptr || !announced_ids.insert(schema.id).second) {
      return violates("schema.format.delivery", 0, "a type id is announced twice");
    }
  }
  bool const too_many_schemas =
      announced.schemas.size() > limits_.schemas_received_max - registry_.size();
  bool const too_many_bindings =
      roots_.size() >= limits_.schemas_received_max && !roots_.contains(binding);
  if (too_many_schemas || too_many_bindings) {
    return violates("schema.format.delivery", 0, "the connection announces too many types");
  }
  for (auto& schema : announced.schemas)
    registry_.add(std::move(schema));
  roots_.insert_or_assign(binding, std::move(announced.root));
  return {};
}

void ReceiveTracker::reset() {
  registry_.clear();
  roots_.clear();
}

TypeRef const* ReceiveTracker::root(Binding binding) const {
  auto const found = roots_.find(binding);
  return found == roots_.end() ? nullptr : &found->second;
}

std::optional<SchemaPayload> ReceiveTracker::announced(Binding binding) const {
  auto const* const type = root(binding);
  if (type == nullptr) return std::nullopt;
  return registry_.closure(*type);
}

}  // namespace vox::schema
