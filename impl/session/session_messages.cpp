// What the application may send on an active connection.
#include "impl/session/session.hpp"

#include <string>
#include <utility>

namespace vox::session {

std::optional<Misuse> Session::cannot_send_on(ConnectionId id) const {
  if (state_ == SessionState::recovering) return Misuse::recovering;
  if (state_ == SessionState::waiting) return Misuse::disconnected;
  auto const place = connections_.state_of(id);
  if (place != ConnectionState::root && place != ConnectionState::active) return Misuse::connection_not_active;
  if (outbox_.is_full()) return Misuse::queue_full;
  return std::nullopt;
}

bool Session::can_announce(Slot const& slot, schema::Binding binding,
                           SharedSchemas const& schemas) const {
  return !follows_spec() || schemas != nullptr || slot.sent.has_sent(binding);
}

// r[impl core.X2] r[impl core.X4]
void Session::attach(Batch& batch, Slot const& slot, schema::Binding binding,
                     SharedSchemas const& schemas) {
  if (slot.sent.has_sent(binding)) return;
  if (schemas != nullptr) {
    batch.announcement = Batch::Announcement{.binding = binding, .schemas = schemas};
    return;
  }
  auto const is_args = binding.direction == wire::BindingDirection::args;
  warn(slot.id, "schema attachment failed: missing forwarded " +
                    std::string{is_args ? "args" : "response"} + " schemas for method " +
                    std::to_string(binding.method_id));
}

// r[impl core.X3] r[impl rpc.request] r[impl rpc.flow-control.max-concurrent-requests.outbound]
// r[impl rpc.flow-control.max-concurrent-requests.counting]
Session::Answer Session::on(command::SendCall const& call) {
  auto const id = call.connection_id;
  if (auto const misuse = cannot_send_on(id)) return refuse(*misuse);
  auto& slot = *connections_.find_live(id);
  schema::Binding const binding{.method_id = call.method_id,
                                .direction = wire::BindingDirection::args};
  if (follows_spec()) {
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
  slot.calls_out.assign(call.request_id, call.method_id);
  auto& batch = send({.kind = SendKind::call, .connection_id = id, .id = call.request_id},
                     wire::RequestMessage{.id = call.request_id,
                                          .body = wire::Call{.method_id = call.method_id,
                                                             .metadata = call.metadata,
                                                             .args = call.args,
                                                             .schemas = {}}});
  batch.was_asked_for = true;
  attach(batch, slot, binding, call.schemas);
  return id;
}

// r[impl core.X3] r[impl rpc.response] r[impl core.P4]
Session::Answer Session::on(command::SendResponse const& response) {
  auto const id = response.connection_id;
  if (auto const misuse = cannot_send_on(id)) return refuse(*misuse);
  auto& slot = *connections_.find_live(id);
  auto const* const known = slot.calls_in.find(response.request_id);
  schema::Binding const binding{.method_id = known == nullptr ? 0 : *known,
                                .direction = wire::BindingDirection::response};
  if (follows_spec()) {
    if (known == nullptr) return refuse(Misuse::request_unknown);
    if (!can_announce(slot, binding, response.schemas)) return refuse(Misuse::schemas_missing);
  }
  auto const method = slot.calls_in.take(response.request_id);
  auto& batch = send(
      {.kind = SendKind::response, .connection_id = id, .id = response.request_id},
      wire::RequestMessage{.id = response.request_id,
                           .body = wire::Response{
                               .metadata = response.metadata, .ret = response.ret, .schemas = {}}});
  batch.was_asked_for = true;
  if (method) attach(batch, slot, binding, response.schemas);
  return id;
}

// r[impl rpc.cancel]
Session::Answer Session::on(command::SendCancel const& cancel) {
  auto const id = cancel.connection_id;
  if (auto const misuse = cannot_send_on(id)) return refuse(*misuse);
  auto const& slot = *connections_.find_live(id);
  if (follows_spec() && slot.calls_out.find(cancel.request_id) == nullptr) {
    return refuse(Misuse::request_unknown);
  }
  send({.kind = SendKind::cancel, .connection_id = id, .id = cancel.request_id},
       wire::RequestMessage{.id = cancel.request_id,
                            .body = wire::Cancel{.metadata = cancel.metadata}})
      .was_asked_for = true;
  return id;
}

Session::Answer Session::on(command::SendChannel const& channel) {
  auto const id = channel.connection_id;
  if (auto const misuse = cannot_send_on(id)) return refuse(*misuse);
  send({.kind = SendKind::channel, .connection_id = id, .id = channel.channel_id},
       wire::ChannelMessage{.id = channel.channel_id, .body = channel.body})
      .was_asked_for = true;
  return id;
}

}  // namespace vox::session
