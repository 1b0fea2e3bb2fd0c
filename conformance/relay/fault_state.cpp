#include "conformance/relay/fault_state.hpp"

#include "conformance/peer/match.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace voxspec::relay {
namespace {

// The payload, or the item in a stable frame, could not be read.
bool says_nothing(Frame const& frame) {
  return frame.kind == nullptr || (frame.kind->layer == Layer::stable && frame.inside.empty());
}

// Where a write is a payload, to cut or join it would be another conversation.
constexpr std::array<std::string_view, 3> payload_transports{"ws", "websocket", "memory"};

bool is_about_writes(FaultRule const& rule) {
  return std::ranges::any_of(rule.actions, [](Action const& action) {
    return std::holds_alternative<Cut>(action.of) || std::holds_alternative<Join>(action.of);
  });
}

}  // namespace

FaultState::FaultState(WireFault const& fault, vox::Role subject, std::string_view transport)
    : fault_{&fault},
      is_of_this_kind_{fault.role.value_or(subject) == subject &&
                       (fault.transport.empty() || fault.transport == transport)},
      keeps_payloads_apart_{std::ranges::find(payload_transports, transport) !=
                            payload_transports.end()},
      counts_(fault.rules.size()) {}

bool FaultState::fits(FaultRule const& rule, Moment const& moment) {
  if (rule.from != moment.from) return false;
  if (keeps_payloads_apart_ && is_about_writes(rule)) return false;
  auto const is_noise = rule.occasion == Occasion::noise;
  if ((is_noise ? Occasion::frame : rule.occasion) != moment.occasion) return false;
  if (is_noise && !says_nothing(*moment.frame)) return false;
  if (rule.link.value_or(moment.link) != moment.link) return false;
  if (!rule.when.empty() && !at_work_.contains(rule.when)) return false;
  if (!rule.unless.empty() && at_work_.contains(rule.unless)) return false;
  auto const is_known = [&](auto const& name) { return bindings_.contains(name); };
  if (!std::ranges::all_of(rule.earlier_names, is_known)) return false;
  if (rule.occasion != Occasion::frame) return true;
  auto trial = bindings_;
  for (auto const& name : rule.own_names)
    trial.erase(name);
  if (match(rule.match, *moment.frame, trial, moment.ids)) return false;
  bindings_ = std::move(trial);
  return true;
}

// Counts an occurrence.
bool FaultState::is_due(std::size_t index) {
  auto const& rule = fault_->rules[index];
  auto const count = ++counts_[index];
  if (rule.nth) return count == *rule.nth;
  return count > rule.after && (count - rule.after) % rule.every == 0;
}

std::vector<FaultRule const*> FaultState::fitting(Moment const& moment) {
  std::vector<FaultRule const*> out;
  if (!is_of_this_kind_ || fault_->stable.value_or(moment.stable) != moment.stable) return out;
  for (std::size_t i = 0; i < fault_->rules.size(); ++i) {
    auto const& rule = fault_->rules[i];
    auto const before = bindings_;
    if (!fits(rule, moment)) continue;
    if (!is_due(i)) {
      bindings_ = before;
      continue;
    }
    out.push_back(&rule);
    applied_ |= !rule.actions.empty();
  }
  // What the rules of this frame did counts from the next one on.
  for (auto const* const rule : out) {
    if (!rule->name.empty()) at_work_.insert(rule->name);
  }
  return out;
}

}  // namespace voxspec::relay
