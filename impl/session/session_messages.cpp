// What the application may send on an active connection.
#include "impl/session/session.hpp"

#include <string>
#include <utility>

namespace vox::session {

std::optional<Misuse> Session::cannot_send_on(ConnectionId id, SendKind kind) const {
  if (state_ == SessionState::recovering) return Misuse::recovering;
  if (state_ == SessionState::waiting) return Misuse::disconnected;
  auto const state = connections_.state_of(id);
  if (state != ConnectionState::root && state != ConnectionState::active) {
    return Misuse::connection_not_active;
  }
  return cannot_send(kind);
}

bool Session::can_announce(Slot const& slot, schema::Binding binding,
                           SharedSchemas const& schemas) const {
  return !policy_.requires_own_schemas || schemas != nullptr || slot.sent.has_sent(binding);
}

// r[impl core.X2]
std::optional<Announcement> Session::announcement_for(Slot const& slot, schema::Binding binding,
                                                      SharedSchemas const& schemas) {
  if (schemas == nullptr || slot.sent.has_sent(binding)) return std::nullopt;
  return Announcement{.token = 0, .binding = binding, .schemas = schemas};
}

// r[impl core.X4]
void Session::warn_of_missing_schemas(Slot const& slot, schema::Binding binding) {
  auto const is_args = binding.direction == wire::BindingDirection::args;
  warn(slot.id, "schema attachment failed: missing forwarded " +
                    std::string{is_args ? "args" : "response"} + " schemas for method " +
                    std::to_string(binding.method_id));
}

// r[impl core.X3] r[impl rpc.request] r[impl rpc.flow-control.max-concurrent-requests.outbound]
// r[impl rpc.flow-control.max-concurrent-requests.counting]
Session::Answer Session::on(command::SendCall& call) {
  auto const id = call.connection_id;
  if (auto const misuse = cannot_send_on(id, SendKind::call)) return refuse(*misuse);
  auto& slot = *connections_.find_live(id);
  schema::Binding const binding{.method_id = call.method_id,
                                .direction = wire::BindingDirection::args};
  if (policy_.checks_own_requests) {
    if (!has_parity(call.request_id, slot.our_settings.parity)) {
      return refuse(Misuse::request_wrong_parity);
    }
    if (slot.calls_out.find(call.request_id) != nullptr) return refuse(Misuse::request_in_flight);
    if (slot.calls_out.size() >= slot.peer_settings.max_concurrent_requests) {
      return refuse(Misuse::requests_exhausted);
    }
    if (!can_announce(slot, binding, call.schemas)) return refuse(Misuse::schemas_missing);
  }
  if (slot.calls_out.size() >= options_.limits.requests_max) {
    return refuse(Misuse::requests_exhausted);
  }
  wire::MessagePayload const message = wire::RequestMessage{
      .id = call.request_id,
      .body = wire::Call{
          .method_id = call.method_id, .metadata = call.metadata, .args = {}, .schemas = {}}};
  auto const token = enqueue({.receipt = {SendKind::call, id, call.request_id},
                              .payload = message,
                              .body = &call.args,
                              .announcement = announcement_for(slot, binding, call.schemas)});
  if (!token) return refuse(token.error());
  slot.calls_out.assign(call.request_id, call.method_id);
  if (call.schemas == nullptr && !slot.sent.has_sent(binding)) {
    warn_of_missing_schemas(slot, binding);
  }
  return Accepted{.connection_id = id, .token = *token};
}

// r[impl core.X3] r[impl rpc.response] r[impl core.P4]
Session::Answer Session::on(command::SendResponse& response) {
  auto const id = response.connection_id;
  if (auto const misuse = cannot_send_on(id, SendKind::response)) return refuse(*misuse);
  auto& slot = *connections_.find_live(id);
  auto const* const known = slot.calls_in.find(response.request_id);
  schema::Binding const binding{.method_id = known == nullptr ? 0 : *known,
                                .direction = wire::BindingDirection::response};
  if (policy_.checks_own_requests) {
    if (known == nullptr) return refuse(Misuse::request_unknown);
    if (!can_announce(slot, binding, response.schemas)) return refuse(Misuse::schemas_missing);
  }
  wire::MessagePayload const message = wire::RequestMessage{
      .id = response.request_id,
      .body = wire::Response{.metadata = response.metadata, .ret = {}, .schemas = {}}};
  auto const token = enqueue(
      {.receipt = {SendKind::response, id, response.request_id},
       .payload = message,
       .body = &response.ret,
       .announcement =
           known == nullptr ? std::nullopt : announcement_for(slot, binding, response.schemas)});
  if (!token) return refuse(token.error());
  if (slot.calls_in.take(response.request_id) && response.schemas == nullptr &&
      !slot.sent.has_sent(binding)) {
    warn_of_missing_schemas(slot, binding);
  }
  return Accepted{.connection_id = id, .token = *token};
}

// r[impl rpc.cancel]
Session::Answer Session::on(command::SendCancel& cancel) {
  auto const id = cancel.connection_id;
  if (auto const misuse = cannot_send_on(id, SendKind::cancel)) return refuse(*misuse);
  auto const& slot = *connections_.find_live(id);
  if (policy_.checks_own_requests && slot.calls_out.find(cancel.request_id) == nullptr) {
    return refuse(Misuse::request_unknown);
  }
  auto const token =
      enqueue({.receipt = {SendKind::cancel, id, cancel.request_id},
               .payload = wire::RequestMessage{.id = cancel.request_id,
                                               .body = wire::Cancel{.metadata = cancel.metadata}}});
  if (!token) return refuse(token.error());
  return Accepted{.connection_id = id, .token = *token};
}

Session::Answer Session::on(command::SendChannel& channel) {
  auto const id = channel.connection_id;
  if (auto const misuse = cannot_send_on(id, SendKind::channel)) return refuse(*misuse);
  wire::ChannelMessage message{.id = channel.channel_id, .body = wire::Item{}};
  auto* const item = std::get_if<command::Item>(&channel.body);
  if (auto const* const close = std::get_if<wire::Close>(&channel.body)) message.body = *close;
  if (auto const* const reset = std::get_if<wire::Reset>(&channel.body)) message.body = *reset;
  if (auto const* const grant = std::get_if<wire::GrantCredit>(&channel.body)) {
    message.body = *grant;
  }
  auto const token = enqueue({.receipt = {SendKind::channel, id, channel.channel_id},
                              .payload = message,
                              .body = item == nullptr ? nullptr : &item->item});
  if (!token) return refuse(token.error());
  return Accepted{.connection_id = id, .token = *token};
}

}  // namespace vox::session
