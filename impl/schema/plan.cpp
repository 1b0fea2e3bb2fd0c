#include "impl/schema/plan.hpp"

#include "impl/schema/message_schema.hpp"
#include "impl/schema/plan_builder.hpp"

#include <algorithm>

namespace vox::schema {

namespace {

// Whether the remote type is ours, schema by schema. Ids alone do not prove it: a peer may lie.
bool is_same(Registry const& remote, TypeRef const& remote_type, SchemaPayload const& local) {
  auto const has_same = [&](Schema const& schema) {
    auto const* const found = remote.find(schema.id);
    return found != nullptr && *found == schema;
  };
  return remote_type == local.root && std::ranges::all_of(local.schemas, has_same);
}

}  // namespace

std::expected<Plan, PlanError> build_plan(Registry const& remote, TypeRef const& remote_type,
                                          LocalType const& local, PlanOptions const& options) {
  if (is_same(remote, remote_type, local.payload)) return Plan{};
  Registry const ours{local.payload.schemas};
  PlanBuilder builder{remote, ours, options};
  builder.know_defaults(local.defaults);
  return builder.run(remote_type, local.payload.root);
}

std::expected<Plan, PlanError> build_plan(SchemaPayload const& remote, LocalType const& local,
                                          PlanOptions const& options) {
  return build_plan(Registry{remote.schemas}, remote.root, local, options);
}

std::expected<Plan, PlanError> build_message_plan(std::span<Schema const> announced,
                                                  PlanOptions const& options, Dialect dialect) {
  if (announced.empty()) return Plan{};
  auto const root = TypeRef::concrete(announced.back().id);
  return build_plan(Registry{announced}, root, message_type(dialect), options);
}

std::expected<Plan, PlanError> build_walk(Registry const& registry, TypeRef const& type,
                                          Limits const& limits) {
  return PlanBuilder{registry, registry, {.limits = limits}}.run_walk(type);
}

}  // namespace vox::schema
