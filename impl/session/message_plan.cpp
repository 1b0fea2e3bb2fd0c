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

bool has_variant(schema::Enum const& enumeration, std::string_view name) {
  return std::ranges::any_of(enumeration.variants,
                             [&](schema::Variant const& variant) { return variant.name == name; });
}

// What the peer has for one of our enums: of the same name, or else with a variant of the same
// name, since the names of types are the peer's own.
schema::Enum const* find_enum(std::span<schema::Schema const> schemas, schema::Enum const& ours) {
  schema::Enum const* similar = nullptr;
  for (auto const& schema : schemas) {
    auto const* const found = std::get_if<schema::Enum>(&schema.kind);
    if (found == nullptr) continue;
    if (found->name == ours.name) return found;
    if (std::ranges::any_of(ours.variants, [&](schema::Variant const& variant) {
          return has_variant(*found, variant.name);
        })) {
      similar = found;
    }
  }
  return similar;
}

// The first variant of our message types that the peer does not have, as "ChannelBody::Reset".
std::optional<std::string> variant_missing_in(std::span<schema::Schema const> announced) {
  for (auto const& schema : schema::message_type().payload.schemas) {
    auto const* const ours = std::get_if<schema::Enum>(&schema.kind);
    if (ours == nullptr) continue;
    auto const* const theirs = find_enum(announced, *ours);
    for (auto const& variant : ours->variants) {
      if (theirs == nullptr || !has_variant(*theirs, variant.name)) {
        return ours->name + "::" + variant.name;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::shared_ptr<schema::Plan const>, PlanFailure> plan_for_peer(
    ByteView announced, Rulebook rulebook, Limits const& limits) {
  if (equal(announced, schema::message_schemas_cbor())) return nullptr;
  auto const policy = Policy::of(rulebook);
  // r[impl session.handshake.protocol-schema]
  if (announced.empty() && policy.requires_all_messages) {
    return std::unexpected(PlanFailure{.text = "the peer announces no schemas of its messages"});
  }
  if (announced.empty()) return nullptr;
  auto const schemas = schema::decode_schemas(announced, policy.strictness, limits);
  if (!schemas) {
    return std::unexpected(PlanFailure{
        .is_undecodable = true, .text = "handshake decode error: " + schemas.error().detail});
  }
  if (schemas->empty() && policy.requires_all_messages) {
    return std::unexpected(PlanFailure{.text = "the peer announces no schemas of its messages"});
  }
  if (schemas->empty()) return nullptr;
  auto plan = schema::build_message_plan(
      *schemas, {.as_shipped = rulebook == Rulebook::vox_0_4, .limits = limits});
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
