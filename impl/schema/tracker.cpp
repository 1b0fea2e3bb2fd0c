#include "impl/schema/tracker.hpp"

#include "impl/schema/cbor_form.hpp"

#include <cstddef>
#include <memory>
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
  std::size_t fresh_count = 0;
  for (auto const& schema : announced.schemas) {
    bool const is_known = registry_->find(schema.id) != nullptr && !repeatable_.contains(schema.id);
    if (is_known || !announced_ids.insert(schema.id).second) {
      return violates("schema.format.delivery", 0, "a type id is announced twice");
    }
    if (!repeatable_.contains(schema.id)) ++fresh_count;
  }
  bool const too_many_schemas = fresh_count > limits_.schemas_received_max - registry_->size();
  bool const too_many_bindings =
      roots_.size() >= limits_.schemas_received_max && !roots_.contains(binding);
  if (too_many_schemas || too_many_bindings) {
    return violates("schema.format.delivery", 0, "the connection announces too many types");
  }
  for (auto& schema : announced.schemas) {
    if (repeatable_.erase(schema.id) == 0) registry_->add(std::move(schema));
  }
  roots_.insert_or_assign(binding, std::make_shared<TypeRef const>(std::move(announced.root)));
  return {};
}

// What is known is rare, since it comes only after a renewal: then what is new is measured by
// itself.
std::size_t ReceiveTracker::new_bytes(Binding binding, SchemaPayload const& announced,
                                      std::size_t bytes) const {
  SchemaPayload fresh{.schemas = {}, .root = announced.root};
  std::size_t known_count = 0;
  for (auto const& schema : announced.schemas) {
    if (registry_->find(schema.id) != nullptr) ++known_count;
  }
  auto const* const type = root(binding);
  bool const is_known_type = type != nullptr && *type == announced.root;
  if (known_count == 0 && !is_known_type) return bytes;
  if (known_count == announced.schemas.size() && is_known_type) return 0;
  for (auto const& schema : announced.schemas) {
    if (registry_->find(schema.id) == nullptr) fresh.schemas.push_back(schema);
  }
  return encode(fresh).size();
}

void ReceiveTracker::reset() {
  registry_ = std::make_shared<Registry>();
  roots_.clear();
  repeatable_.clear();
}

void ReceiveTracker::renew() {
  for (auto const& schema : *registry_)
    repeatable_.insert(schema.id);
}

TypeRef const* ReceiveTracker::root(Binding binding) const {
  auto const found = roots_.find(binding);
  return found == roots_.end() ? nullptr : found->second.get();
}

AnnouncedType ReceiveTracker::announced(Binding binding) const {
  auto const found = roots_.find(binding);
  return {.root = found == roots_.end() ? nullptr : found->second, .schemas = registry_};
}

std::optional<SchemaPayload> AnnouncedType::payload() const {
  if (root == nullptr) return std::nullopt;
  return schemas->closure(*root);
}

}  // namespace vox::schema
