#include "impl/schema/channels.hpp"

#include "impl/schema/plan_builder.hpp"
#include "impl/schema/translator.hpp"
#include "spec/assert.hpp"

#include <optional>
#include <utility>

namespace vox::schema {

namespace {

struct Found {
  Plan plan;
  std::vector<ChannelType> types;
};

// The channels of a type whose schemas are in the registry. `defaults` are those of the whole type:
// an element's plan takes what belongs to it.
std::expected<Found, PlanError> find(Registry const& registry, TypeRef const& type,
                                     std::vector<FieldDefault> const& defaults,
                                     TranslateOptions const& options) {
  PlanBuilder builder{
      registry,
      registry,
      {.as_shipped = options.strictness == wire::Strictness::vox_0_4, .limits = options.limits}};
  auto plan = builder.run_walk(type);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto channels = builder.channels();
  if (!channels) return std::unexpected(std::move(channels.error()));
  Found found{.plan = *std::move(plan), .types = {}};
  if (channels->empty()) return found;
  auto const schemas = std::make_shared<Registry const>(registry.closure(type).schemas);
  auto const shared_defaults = std::make_shared<std::vector<FieldDefault> const>(defaults);
  for (auto& [direction, element] : *channels) {
    found.types.push_back({.direction = direction,
                           .element = std::move(element),
                           .schemas = schemas,
                           .defaults = shared_defaults});
  }
  return found;
}

}  // namespace

std::expected<Plan, PlanError> build_item_plan(ChannelType const& remote, ChannelType const& local,
                                               PlanOptions const& options) {
  LocalType const ours{.payload = local.schemas->closure(local.element),
                       .defaults = *local.defaults};
  return build_plan(*remote.schemas, remote.element, ours, options);
}

ChannelWalk ChannelWalk::of(LocalType const& type, TranslateOptions const& options) {
  auto found = find(Registry{type.payload.schemas}, type.payload.root, type.defaults, options);
  VOX_ASSERT(found);
  return {std::move(found->plan), std::move(found->types), options};
}

std::expected<ChannelWalk, PlanError> ChannelWalk::of(Registry const& registry, TypeRef const& type,
                                                      TranslateOptions const& options) {
  auto found = find(registry, type, {}, options);
  if (!found) return std::unexpected(std::move(found.error()));
  return ChannelWalk{std::move(found->plan), std::move(found->types), options};
}

Result<std::vector<ValueChannel>> ChannelWalk::list(ByteView value) const {
  std::vector<ValueChannel> channels;
  auto const seen = for_each(value, [&](ValueChannel channel) { channels.push_back(channel); });
  if (!seen) return std::unexpected(seen.error());
  return channels;
}

Result<void> ChannelWalk::strip(ByteView value, wire::Buffer& out) const {
  return run(value, &out, Action::strip, [](ValueChannel channel) { return channel.id; });
}

Result<void> ChannelWalk::run(ByteView value, wire::Buffer* out, Action action,
                              void const* function,
                              std::uint64_t (*call)(void const*, ValueChannel)) const {
  if (empty()) {
    if (out != nullptr) wire::Writer{*out}.put_bytes(value);
    return {};
  }
  struct Visitor final : ChannelVisitor {
    std::optional<std::uint64_t> visit(std::uint32_t channel, std::uint64_t id) override {
      auto const becomes = call(function, {.id = id, .type = channel});
      return strips ? std::nullopt : std::optional{becomes};
    }
    void const* function = nullptr;
    std::uint64_t (*call)(void const*, ValueChannel) = nullptr;
    bool strips = false;
  };
  Visitor visitor;
  visitor.function = function;
  visitor.call = call;
  visitor.strips = action == Action::strip;
  wire::Reader reader{value, options_.rule, options_.strictness};
  Translator translator{plan_, reader, out, options_.limits, &visitor};
  translator.run(0);
  if (translator.violation()) return std::unexpected(*translator.violation());
  if (auto const whole = reader.result(true); !whole) return std::unexpected(whole.error());
  return {};
}

}  // namespace vox::schema
