#include "conformance/subjects/testbed/catalog.hpp"

#include "conformance/subjects/testbed/methods.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/describe.hpp"
#include "impl/wire/method_id.hpp"

#include <algorithm>
#include <vector>

namespace voxspec::testbed {

namespace {

// All types of the service; it only grows while the catalogue is made.
vox::schema::TypeGraph& graph() {
  static vox::schema::TypeGraph types;
  return types;
}

template <class Method>
CatalogEntry entry_of() {
  return {.name = Method::name,
          .id = vox::wire::method_id(service_name, Method::name),
          .idempotent = Method::repeat == vox::net::idempotent,
          .args = &vox::schema::local_type<typename Method::Args>(),
          .response = &vox::schema::local_type<typename Method::Outcome>(),
          .args_node = vox::schema::describe<typename Method::Args>(graph()),
          .response_node = vox::schema::describe<typename Method::Outcome>(graph())};
}

template <class... Method>
std::vector<CatalogEntry> entries_of(vox::net::Methods<Method...>) {
  return {entry_of<Method>()...};
}

template <class Value, class Projection>
CatalogEntry const* find_by(Value const& value, Projection projection) {
  auto const entries = catalog();
  auto const found = std::ranges::find(entries, value, projection);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

std::span<CatalogEntry const> catalog() {
  static auto const entries = entries_of(Declaration<vox::schema::Tx, vox::schema::Rx>::methods{});
  return entries;
}

CatalogEntry const* find_method(std::string_view name) {
  return find_by(name, &CatalogEntry::name);
}
CatalogEntry const* find_method(std::uint64_t id) {
  return find_by(id, &CatalogEntry::id);
}

}  // namespace voxspec::testbed
