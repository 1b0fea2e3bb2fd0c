#include "conformance/peer/call_limits.hpp"

namespace voxspec {
namespace {

std::optional<std::uint64_t> limit_in(Frame const& message) {
  auto const* const settings = message.field("connection_settings");
  auto const* const record = settings == nullptr ? nullptr : settings->get<Record>();
  auto const* const limit = record == nullptr ? nullptr : record->find("max_concurrent_requests");
  return limit == nullptr ? std::nullopt : limit->number();
}

std::uint64_t id_of(Frame const& message) {
  return message.number("id").value_or(0);
}

bool has_settings(Frame const& message) {
  return message.is("hello") || message.is("hello_yourself") || message.is("connection_open") ||
         message.is("connection_accept");
}

bool ends_connection(Frame const& message) {
  return message.is("connection_close") || message.is("connection_reject");
}

}  // namespace

void CallLimits::note_sent(Frame const& frame) {
  auto const& message = frame.message();
  if (message.is("request_call")) {
    connections_[message.on].unanswered.insert(id_of(message));
  } else if (ends_connection(message)) {
    connections_.erase(message.on);
  }
}

void CallLimits::note_received(Frame const& frame) {
  auto const& message = frame.message();
  if (message.is("request_response")) {
    connections_[message.on].unanswered.erase(id_of(message));
  } else if (ends_connection(message)) {
    connections_.erase(message.on);
  } else if (has_settings(message)) {
    if (auto const limit = limit_in(message)) connections_[message.on].limit = limit;
  }
}

void CallLimits::go_on_from(CallLimits const& earlier) {
  connections_ = earlier.connections_;
  for (auto& [id, connection] : connections_)
    connection.unanswered.clear();
}

std::optional<std::uint64_t> CallLimits::exceeded_by(std::span<Frame const> frames) const {
  std::map<std::uint64_t, std::set<std::uint64_t>> more;
  for (auto const& frame : frames) {
    auto const& message = frame.message();
    if (!message.is("request_call")) continue;
    auto const found = connections_.find(message.on);
    if (found == connections_.end() || !found->second.limit) continue;
    auto const& [limit, unanswered] = found->second;
    auto& calls = more[message.on];
    if (!unanswered.contains(id_of(message))) calls.insert(id_of(message));
    if (unanswered.size() + calls.size() > *limit) return limit;
  }
  return std::nullopt;
}

}  // namespace voxspec
