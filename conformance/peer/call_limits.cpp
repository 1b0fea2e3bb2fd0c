#include "conformance/peer/call_limits.hpp"

#include <algorithm>
#include <utility>

namespace voxspec {
namespace {

std::optional<std::uint64_t> limit_in(Frame const& message) {
  auto const* const settings = message.field("connection_settings");
  auto const* const record = settings == nullptr ? nullptr : settings->get<Record>();
  auto const* const limit = record == nullptr ? nullptr : record->find("max_concurrent_requests");
  return limit == nullptr ? std::nullopt : limit->number();
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
    unanswered_.emplace(message.on, message.number("id").value_or(0));
  } else if (ends_connection(message)) {
    forget(message.on);
  }
}

void CallLimits::note_received(Frame const& frame) {
  auto const& message = frame.message();
  if (message.is("request_response")) {
    unanswered_.erase({message.on, message.number("id").value_or(0)});
  } else if (ends_connection(message)) {
    forget(message.on);
  } else if (has_settings(message)) {
    if (auto const limit = limit_in(message)) limits_[message.on] = *limit;
  }
}

void CallLimits::forget(std::uint64_t connection) {
  std::erase_if(unanswered_, [&](Id const& id) { return id.first == connection; });
  limits_.erase(connection);
}

std::optional<std::uint64_t> CallLimits::exceeded_by(std::span<Frame const> frames) const {
  auto unanswered = unanswered_;
  for (auto const& frame : frames) {
    auto const& message = frame.message();
    if (!message.is("request_call")) continue;
    unanswered.emplace(message.on, message.number("id").value_or(0));
    auto const limit = limits_.find(message.on);
    if (limit == limits_.end()) continue;
    auto const on_it =
        static_cast<std::uint64_t>(std::ranges::count(unanswered, message.on, &Id::first));
    if (on_it > limit->second) return limit->second;
  }
  return std::nullopt;
}

}  // namespace voxspec
