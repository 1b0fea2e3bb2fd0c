#include "impl/session/message_plan.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/schema/message_schema.hpp"
#include "impl/session/policy.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vox::session {

namespace {

schema::Enum const* find_enum(std::span<schema::Schema const> schemas, std::string_view name) {
  for (auto const& schema : schemas) {
    auto const* const found = std::get_if<schema::Enum>(&schema.kind);
    if (found != nullptr && found->name == name) return found;
  }
  return nullptr;
}

// The first variant of our message types that the peer does not have, as "ChannelBody::Reset".
std::optional<std::string> variant_missing_in(std::span<schema::Schema const> announced) {
  for (auto const& schema : schema::message_type().payload.schemas) {
    auto const* const ours = std::get_if<schema::Enum>(&schema.kind);
    if (ours == nullptr) continue;
    auto const* const theirs = find_enum(announced, ours->name);
    for (auto const& variant : ours->variants) {
      if (theirs != nullptr &&
          std::ranges::find(theirs->variants, variant.name, &schema::Variant::name) !=
              theirs->variants.end()) {
        continue;
      }
      return ours->name + "::" + variant.name;
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::shared_ptr<schema::Plan const>, PlanFailure> plan_for_peer(
    ByteView announced, Rulebook rulebook, Limits const& limits) {
  if (announced.empty() || equal(announced, schema::message_schemas_cbor())) return nullptr;
  auto const policy = Policy::of(rulebook);
  auto const schemas = schema::decode_schemas(announced, policy.strictness, limits);
  if (!schemas) {
    return std::unexpected(PlanFailure{
        .is_undecodable = true, .text = "handshake decode error: " + schemas.error().detail});
  }
  if (schemas->empty()) return nullptr;
  auto plan = schema::build_message_plan(*schemas, {.stand_ins = false, .limits = limits});
  if (!plan) {
    return std::unexpected(
        PlanFailure{.text = "failed to build message translation plan: " + plan.error().text()});
  }
  if (policy.requires_all_messages) {
    if (auto const missing = variant_missing_in(*schemas)) {
      return std::unexpected(
          PlanFailure{.text = "the peer's messages have no variant " + *missing});
    }
  }
  if (plan->is_identity()) return nullptr;
  return std::make_shared<schema::Plan const>(std::move(*plan));
}

}  // namespace vox::session
