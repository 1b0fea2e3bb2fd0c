#include "impl/rpc/plan_cache.hpp"

#include "spec/assert.hpp"

#include <utility>

namespace vox::rpc {

PlanCache::Entry PlanCache::args(schema::AnnouncedType const& announced, Method const& method) {
  return look_up(plans_.args, announced,
                 {.method_id = method.id(), .direction = wire::BindingDirection::args},
                 method.args(), method);
}

PlanCache::Entry PlanCache::response(schema::AnnouncedType const& announced, Method const& method) {
  return look_up(plans_.responses, announced,
                 {.method_id = method.id(), .direction = wire::BindingDirection::response},
                 method.response(), method);
}

PlanCache::Entry PlanCache::look_up(Plans& plans, schema::AnnouncedType const& announced,
                                    schema::Binding binding, schema::LocalType const& local,
                                    Method const& method) {
  if (announced.root == nullptr) {
    bool const is_args = binding.direction == wire::BindingDirection::args;
    return std::unexpected("protocol error: no remote " +
                           std::string{is_args ? "args" : "response"} +
                           " schema received for method " + std::to_string(method.id()) +
                           " - sender must send schemas before data");
  }
  auto const found = plans.find(method.id());
  if (found != plans.end() && found->second.root == *announced.root) return found->second.entry;
  auto const changes = found == plans.end() ? 0 : found->second.changes + 1;
  if (changes > changes_max) {
    return std::unexpected("protocol error: the type of method " + std::to_string(method.id()) +
                           " was announced anew too often");
  }
  Known known{.root = *announced.root,
              .entry = build(announced, binding, local, method),
              .changes = changes};
  return plans.insert_or_assign(method.id(), std::move(known)).first->second.entry;
}

PlanCache::Entry PlanCache::build(schema::AnnouncedType const& announced, schema::Binding binding,
                                  schema::LocalType const& local, Method const& method) const {
  auto const& root = *announced.root;
  bool const is_args = binding.direction == wire::BindingDirection::args;
  // 0.4.0 may have announced another response type when its first answer was no value.
  auto plan = schema::build_plan(*announced.schemas, root, local,
                                 {.stand_ins = !is_args,
                                  .as_shipped = strictness_ == wire::Strictness::vox_0_4,
                                  .limits = limits_});
  auto const failed = [](schema::PlanError const& error) {
    return std::unexpected("protocol error: translation plan failed: " + error.text());
  };
  if (!plan) return failed(plan.error());
  ReadingPlan reading{.root = root, .plan = std::move(*plan), .remote_channels = std::nullopt};
  if (is_args && method.has_channels()) {
    auto walk = schema::ChannelWalk::of(*announced.schemas, root,
                                        {.strictness = strictness_, .limits = limits_});
    if (!walk) return failed(walk.error());
    reading.remote_channels = std::move(*walk);
  }
  return std::make_shared<ReadingPlan const>(std::move(reading));
}

PlanCache::ItemPlan PlanCache::items(Method const& method, std::uint32_t remote,
                                     std::uint32_t local) {
  auto const known = plans_.args.find(method.id());
  VOX_ASSERT(known != plans_.args.end() && known->second.entry.has_value());
  auto& items = known->second.items;
  auto const found = items.find({remote, local});
  if (found != items.end()) return found->second;
  auto const& reading = **known->second.entry;
  auto plan =
      build_items(reading.remote_channels->types()[remote], method.channels().types()[local]);
  return items.emplace(std::pair{remote, local}, std::move(plan)).first->second;
}

PlanCache::ItemPlan PlanCache::build_items(schema::ChannelType const& remote,
                                           schema::ChannelType const& local) const {
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
