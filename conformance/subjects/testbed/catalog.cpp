#include "conformance/subjects/testbed/catalog.hpp"

#include "conformance/subjects/testbed/methods.hpp"
#include "conformance/subjects/testbed/probe_methods.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/describe.hpp"
#include "impl/wire/method_id.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace voxspec::testbed {

namespace {

// All types of the services; it only grows while the catalogue is made.
vox::schema::TypeGraph& graph() {
  static vox::schema::TypeGraph types;
  return types;
}

template <class Service, class Method>
CatalogEntry entry_of() {
  std::string const service{Service::service_name};
  std::string const method{Method::name};
  return {.service = Service::service_name,
          .name = service == service_name ? method : service + "." + method,
          .id = vox::wire::method_id(service, method),
          .idempotent = Method::repeat == vox::net::idempotent,
          .args = &vox::schema::local_type<typename Method::Args>(),
          .response = &vox::schema::local_type<typename Method::Outcome>(),
          .args_node = vox::schema::describe<typename Method::Args>(graph()),
          .response_node = vox::schema::describe<typename Method::Outcome>(graph())};
}

template <class Service, class... Method>
void add_entries(std::vector<CatalogEntry>& entries, vox::net::Methods<Method...>) {
  (entries.push_back(entry_of<Service, Method>()), ...);
}
template <class Service>
void add_service(std::vector<CatalogEntry>& entries) {
  add_entries<Service>(entries, typename Service::methods{});
}

template <class Value, class Projection>
CatalogEntry const* find_by(Value const& value, Projection projection) {
  auto const entries = catalog();
  auto const found = std::ranges::find(entries, value, projection);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

std::span<CatalogEntry const> catalog() {
  static auto const entries = [] {
    std::vector<CatalogEntry> all;
    add_service<Declaration<vox::schema::Tx, vox::schema::Rx>>(all);
    add_service<probe::Declaration<vox::schema::Tx, vox::schema::Rx>>(all);
    return all;
  }();
  return entries;
}

CatalogEntry const* find_method(std::string_view name) {
  return find_by(name, &CatalogEntry::name);
}
CatalogEntry const* find_method(std::uint64_t id) {
  return find_by(id, &CatalogEntry::id);
}

}  // namespace voxspec::testbed
