// Requests, responses and channel messages from the peer, and the schemas that come with them.
#include "impl/schema/cbor_form.hpp"
#include "impl/session/session.hpp"

#include <string>
#include <utility>
#include <variant>

namespace vox::session {

// r[impl core.P4] r[impl core.P5] r[impl rpc.pipelining] r[impl rpc.error.scope]
void Session::route(Slot& slot, Arrival const& arrival) {
  using Direction = wire::BindingDirection;
  auto const id = slot.id;
  if (auto const* const channel = std::get_if<wire::ChannelMessage>(&arrival.message.payload)) {
    if (slot.driver_gone) return lose_driver(slot);
    put(event::ChannelReceived{.connection_id = id,
                               .channel_id = channel->id,
                               .body = channel->body,
                               .backing = arrival.backing});
    return;
  }
  auto const& request = std::get<wire::RequestMessage>(arrival.message.payload);
  std::optional<MethodId> method;
  if (auto const* const call = std::get_if<wire::Call>(&request.body)) {
    if (!admit_call(slot, request.id, *call)) return;
  } else if (auto const* const response = std::get_if<wire::Response>(&request.body)) {
    if (!admit_response(slot, request.id, *response, method)) return;
  }
  if (slot.driver_gone) return lose_driver(slot);
  if (auto const* const call = std::get_if<wire::Call>(&request.body)) {
    put(event::CallReceived{.connection_id = id,
                            .request_id = request.id,
                            .call = *call,
                            .backing = arrival.backing,
                            .announced = announced(slot, {.method_id = call->method_id,
                                                          .direction = Direction::args})});
  } else if (auto const* const response = std::get_if<wire::Response>(&request.body)) {
    schema::AnnouncedType type;
    if (method) type = announced(slot, {.method_id = *method, .direction = Direction::response});
    put(event::ResponseReceived{.connection_id = id,
                                .request_id = request.id,
                                .method_id = method,
                                .response = *response,
                                .backing = arrival.backing,
                                .announced = std::move(type)});
  } else {
    put(event::CancelReceived{.connection_id = id,
                              .request_id = request.id,
                              .cancel = std::get<wire::Cancel>(request.body),
                              .backing = arrival.backing});
  }
}

// r[impl rpc.request.id-allocation] r[impl rpc.flow-control.max-concurrent-requests.inbound]
// r[impl rpc.flow-control.max-concurrent-requests.counting] r[impl schema.exchange.required]
bool Session::admit_call(Slot& slot, RequestId id, wire::Call const& call) {
  if (policy_.checks_requests_of_peer) {
    if (!has_parity(id, opposite(slot.our_settings.parity))) {
      violate("rpc.request.id-allocation",
              "request id " + std::to_string(id) + " is not of the caller's parity");
      return false;
    }
    if (slot.calls_in.contains(id)) {
      violate("rpc.request.id-allocation",
              "request id " + std::to_string(id) + " is still in flight");
      return false;
    }
    if (slot.calls_in.size() >= slot.our_settings.max_concurrent_requests) {
      violate("rpc.flow-control.max-concurrent-requests.inbound",
              "more than " + std::to_string(slot.our_settings.max_concurrent_requests) +
                  " requests in flight");
      return false;
    }
  }
  if (slot.calls_in.size() >= options_.limits.requests_max) {
    refuse_message(slot, "rpc.flow-control.max-concurrent-requests.inbound",
                   "too many requests in flight");
    return false;
  }
  schema::Binding const binding{.method_id = call.method_id,
                                .direction = wire::BindingDirection::args};
  if (!call.schemas.empty() &&
      !record_schemas(slot, binding, call.schemas, "inlined request schemas")) {
    return false;
  }
  if (policy_.requires_schemas_of_peer && !is_announced(slot, binding)) {
    violate("schema.exchange.required", "call of a method whose argument type is not announced");
    return false;
  }
  slot.calls_in.insert_or_assign(id, call.method_id);
  return true;
}

// r[impl rpc.response.one-per-request]
bool Session::admit_response(Slot& slot, RequestId id, wire::Response const& response,
                             std::optional<MethodId>& method) {
  if (auto const call = slot.calls_out.find(id); call != slot.calls_out.end()) {
    method = call->second;
    slot.calls_out.erase(call);
  }
  if (!method && policy_.checks_requests_of_peer) {
    violate("rpc.response.one-per-request",
            "response for request " + std::to_string(id) + ", which is not in flight");
    return false;
  }
  if (!method && !response.schemas.empty()) {
    refuse_message(
        slot, "core.P4",
        "response schemas for unknown inflight request RequestId(" + std::to_string(id) + ")");
    return false;
  }
  if (!method) return true;
  schema::Binding const binding{.method_id = *method,
                                .direction = wire::BindingDirection::response};
  if (!response.schemas.empty() &&
      !record_schemas(slot, binding, response.schemas, "inlined request schemas")) {
    return false;
  }
  if (policy_.requires_schemas_of_peer && !is_announced(slot, binding)) {
    violate("schema.exchange.required", "response of a method whose type is not announced");
    return false;
  }
  return true;
}

// r[impl core.P3] r[impl schema.format.delivery] r[impl schema.tracking.received]
// r[impl schema.format.self-contained]
bool Session::record_schemas(Slot& slot, schema::Binding binding, ByteView schemas,
                             std::string_view context) {
  auto const prefix = std::string{context} + ": ";
  auto announced = schema::decode_payload(schemas, policy_.strictness, options_.limits);
  if (!announced) {
    auto const& violation = announced.error();
    refuse_message(slot, violation.rule, prefix + "invalid schema CBOR: " + violation.detail);
    return false;
  }
  if (tables_are_full()) {
    refuse_message(slot, "schema.format.delivery", prefix + "the session holds too much");
    return false;
  }
  auto& tracker = tracker_of(slot);
  auto const root = announced->root;
  // After a resume most of it is said again, and held once.
  auto const new_bytes = tracker.new_bytes(binding, *announced, schemas.size());
  if (auto const recorded = tracker.record(binding, std::move(*announced)); !recorded) {
    refuse_message(slot, recorded.error().rule, prefix + recorded.error().detail);
    return false;
  }
  connections_.charge(slot, new_bytes);
  if (policy_.requires_complete_schemas && tracker.first_missing(root)) {
    violate("schema.format.self-contained", prefix + "a type is not among the schemas");
    return false;
  }
  return true;
}

schema::ReceiveTracker& Session::tracker_of(Slot& slot) const {
  if (!slot.received) slot.received = std::make_unique<schema::ReceiveTracker>(options_.limits);
  return *slot.received;
}

schema::AnnouncedType Session::announced(Slot const& slot, schema::Binding binding) {
  return slot.received ? slot.received->announced(binding) : schema::AnnouncedType{};
}

bool Session::is_announced(Slot const& slot, schema::Binding binding) {
  return slot.received && slot.received->root(binding) != nullptr;
}

// A message that breaks a rule ends the session in `spec`; 0.4.0 drops the one connection and does
// not say so to the peer.
void Session::refuse_message(Slot& slot, Rule rule, std::string_view detail) {
  if (policy_.bad_message == Policy::BadMessage::ends_session) return violate(rule, detail);
  warn(slot.id, detail);
  close_slot(
      slot, ConnectionState::closed_here,
      {.connection_id = slot.id, .by = ClosedBy::bad_message, .metadata = {}, .backing = {}});
}

// r[impl core.P5]
void Session::lose_driver(Slot& slot) {
  // 0.4.0 does not tell the peer; the specification ends a connection by a ConnectionClose.
  if (policy_.closes_unread_connections && slot.id != root_connection) {
    send({.kind = SendKind::close, .connection_id = slot.id, .id = 0}, wire::ConnectionClose{});
  }
  close_slot(
      slot, ConnectionState::closed_here,
      {.connection_id = slot.id, .by = ClosedBy::driver_drop, .metadata = {}, .backing = {}});
}

}  // namespace vox::session
