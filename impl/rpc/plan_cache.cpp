#include "impl/rpc/plan_cache.hpp"

#include <utility>

namespace vox::rpc {

PlanCache::Entry PlanCache::args(schema::ReceiveTracker const* announced, Method const& method) {
  return look_up(plans_.args, announced,
                 {.method_id = method.id(), .direction = wire::BindingDirection::args},
                 method.args(), method);
}

PlanCache::Entry PlanCache::response(schema::ReceiveTracker const* announced,
                                     Method const& method) {
  return look_up(plans_.responses, announced,
                 {.method_id = method.id(), .direction = wire::BindingDirection::response},
                 method.response(), method);
}

PlanCache::Entry PlanCache::look_up(Plans& plans, schema::ReceiveTracker const* announced,
                                    schema::Binding binding, schema::LocalType const& local,
                                    Method const& method) {
  auto const* const root = announced == nullptr ? nullptr : announced->root(binding);
  if (root == nullptr) {
    bool const is_args = binding.direction == wire::BindingDirection::args;
    return std::unexpected("protocol error: no remote " +
                           std::string{is_args ? "args" : "response"} +
                           " schema received for method " + std::to_string(method.id()) +
                           " - sender must send schemas before data");
  }
  auto const found = plans.find(method.id());
  if (found != plans.end() && found->second.root == *root) return found->second.entry;
  Known known{.root = *root, .entry = build(*announced, *root, binding, local, method)};
  return plans.insert_or_assign(method.id(), std::move(known)).first->second.entry;
}

PlanCache::Entry PlanCache::build(schema::ReceiveTracker const& announced,
                                  schema::TypeRef const& root, schema::Binding binding,
                                  schema::LocalType const& local, Method const& method) const {
  bool const is_args = binding.direction == wire::BindingDirection::args;
  // 0.4.0 may have announced another response type when its first answer was no value.
  auto plan = schema::build_plan(announced.registry(), root, local,
                                 {.stand_ins = !is_args,
                                  .as_shipped = strictness_ == wire::Strictness::vox_0_4,
                                  .limits = limits_});
  auto const failed = [](schema::PlanError const& error) {
    return std::unexpected("protocol error: translation plan failed: " + error.text());
  };
  if (!plan) return failed(plan.error());
  ReadingPlan reading{.root = root, .plan = std::move(*plan), .remote_channels = std::nullopt};
  if (is_args && method.has_channels()) {
    auto walk = schema::ChannelWalk::of(announced.registry(), root,
                                        {.strictness = strictness_, .limits = limits_});
    if (!walk) return failed(walk.error());
    reading.remote_channels = std::move(*walk);
  }
  return std::make_shared<ReadingPlan const>(std::move(reading));
}

std::expected<std::shared_ptr<schema::Plan const>, std::string> PlanCache::items(
    schema::ChannelType const& remote, schema::ChannelType const& local) const {
  auto plan = schema::build_item_plan(
      remote, local, {.as_shipped = strictness_ == wire::Strictness::vox_0_4, .limits = limits_});
  if (!plan) {
    return std::unexpected("protocol error: translation plan of channel items failed: " +
                           plan.error().text());
  }
  if (plan->is_identity()) return nullptr;
  return std::make_shared<schema::Plan const>(std::move(*plan));
}

}  // namespace vox::rpc
