// How a session processes the messages of its peer. The transition table says which action a
// message causes; the actions are here.
#include "impl/schema/translate.hpp"
#include "impl/session/connection_request.hpp"
#include "impl/session/session.hpp"
#include "impl/wire/reader.hpp"
#include "spec/assert.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace vox::session {

namespace {

// The kind of a message, without the distinctions that depend on the session.
Incoming kind_of(wire::MessagePayload const& payload) {
  struct Visitor {
    Incoming operator()(wire::ProtocolError const&) const { return Incoming::protocol_error; }
    Incoming operator()(wire::ConnectionOpen const&) const { return Incoming::open; }
    Incoming operator()(wire::ConnectionAccept const&) const { return Incoming::accept; }
    Incoming operator()(wire::ConnectionReject const&) const { return Incoming::reject; }
    Incoming operator()(wire::ConnectionClose const&) const { return Incoming::close; }
    Incoming operator()(wire::RequestMessage const& request) const {
      constexpr Incoming bodies[] = {Incoming::call, Incoming::response, Incoming::cancel};
      return bodies[request.body.index()];
    }
    Incoming operator()(wire::SchemaMessage const&) const { return Incoming::schema; }
    Incoming operator()(wire::ChannelMessage const&) const { return Incoming::channel; }
    Incoming operator()(wire::Ping const&) const { return Incoming::ping; }
    Incoming operator()(wire::Pong const&) const { return Incoming::pong; }
  };
  return std::visit(Visitor{}, payload);
}

}  // namespace

void Session::on(input::Received& received) {
  if (state_ != SessionState::connected) return;  // The rest of a conduit that is gone.
  VOX_ASSERT(can_receive());
  Backing backing = std::move(received.payload);
  auto const message = decode(backing);
  if (message)
    return receive({.message = *message, .backing = backing, .kind = classify(*message)});
  switch (policy_.undecodable) {
    case Policy::Undecodable::ends_session:
      return violate(message.error().rule, message.error().detail);
    case Policy::Undecodable::counts_as_conduit_loss:
      return lose_conduit(message.error().detail);
  }
}

// r[impl conduit.typeplan] r[impl session.handshake.protocol-schema]
Result<wire::Message> Session::decode(Backing& payload) const {
  if (plan_ != nullptr) {
    wire::Buffer ours;
    auto const translated = schema::translate(
        *plan_, payload.view(), ours,
        {.strictness = policy_.strictness, .rule = "session.message", .limits = options_.limits});
    if (!translated) return std::unexpected(translated.error());
    payload = Backing{std::move(ours).take()};
  }
  return wire::decode_message(payload.view(), policy_.strictness,
                              options_.limits.metadata_entries_max);
}

Incoming Session::classify(wire::Message const& message) const {
  auto const kind = kind_of(message.payload);
  auto const peer_parity = opposite(our_settings_.parity);
  if (kind == Incoming::open && !has_parity(message.connection_id, peer_parity)) {
    return Incoming::open_wrong_parity;
  }
  if (kind == Incoming::close && generation_ > 0) return Incoming::close_after_resume;
  if (kind == Incoming::pong && message.connection_id != root_connection) {
    return Incoming::pong_off_root;
  }
  return kind;
}

// r[impl core.P1] r[impl core.P2] r[impl core.P3] r[impl core.P5] r[impl core.P6]
// r[impl session.message]
void Session::receive(Arrival const& arrival) {
  auto const& [message, backing, kind] = arrival;
  auto const id = message.connection_id;
  auto const& row = transition(options_.rulebook, kind, connections_.state_of(id));
  auto* const slot = connections_.find_live(id);
  switch (row.action) {
    case Action::ignore:
      return;
    case Action::violation:
      return violate(row.rule,
                     "message on connection " + std::to_string(id) + " that is not allowed there");
    case Action::obey_error:
      return end(EndCause::accused, std::get<wire::ProtocolError>(message.payload).description);
    case Action::refuse_open:
      return refuse_open(id, {});
    case Action::offer:
      return offer(id, std::get<wire::ConnectionOpen>(message.payload));
    case Action::activate:
      return activate(*slot, std::get<wire::ConnectionAccept>(message.payload));
    case Action::resolve_reject:  // r[impl core.U4]
      put(event::OpenFailed{
          .connection_id = id,
          .error = rejected(std::get<wire::ConnectionReject>(message.payload).metadata)});
      connections_.erase(*slot);
      if (policy_.rejection_ends_released_session) end_if_released();
      return;
    case Action::end_pending:
    case Action::end_connection:
      return close_slot(*slot, ConnectionState::closed_by_peer,
                        {.connection_id = id,
                         .by = ClosedBy::peer,
                         .metadata = std::get<wire::ConnectionClose>(message.payload).metadata,
                         .backing = backing});
    case Action::record_schemas: {
      auto const& announcement = std::get<wire::SchemaMessage>(message.payload);
      static_cast<void>(record_schemas(
          *slot, {.method_id = announcement.method_id, .direction = announcement.direction},
          announcement.schemas, "standalone schema message"));
      return;
    }
    case Action::route:
      return route(*slot, arrival);
    case Action::answer_ping: {
      auto const nonce = std::get<wire::Ping>(message.payload).nonce;
      send({.kind = SendKind::pong, .connection_id = id, .id = nonce}, wire::Pong{.nonce = nonce});
      return;
    }
    case Action::feed_keepalive:
      if (!keepalive_) return;
      keepalive_->on_pong(now_, std::get<wire::Pong>(message.payload).nonce);
      timers_.set(Timer::keepalive, keepalive_->deadline());
      return;
  }
}

void Session::refuse_open(ConnectionId id, wire::MetadataView reasons) {
  send({.kind = SendKind::reject, .connection_id = id, .id = 0},
       wire::ConnectionReject{.metadata = reasons});
}

// r[impl core.O3] r[impl core.O4] r[impl core.O5] r[impl connection.open.rejection]
// r[impl session.connection-settings.open] r[impl connection.parity]
void Session::offer(ConnectionId id, wire::ConnectionOpen const& open) {
  auto const because = [](std::string_view reason) {
    return wire::Metadata{{.key = key::error, .value = reason, .flags = 0}};
  };
  if (!options_.has_acceptor) return refuse_open(id, {});
  if (connections_.live_count() >= options_.limits.connections_max || tables_are_full()) {
    return refuse_open(id, because("too many connections"));
  }
  auto request = virtual_request(open.metadata);
  if (!request) return refuse_open(id, because(request.error().text()));
  auto& slot = connections_.open(id, ConnectionState::offered);
  if (policy_.reopens_afresh) {  // 0.4.0 goes on with what it remembers.
    slot.forget_requests();
    std::erase_if(announcing_,
                  [id](AnnouncementInFlight const& other) { return other.connection_id == id; });
  }
  slot.peer_settings = open.connection_settings;
  slot.our_settings = {.parity = opposite(open.connection_settings.parity),
                       .max_concurrent_requests = open.connection_settings.max_concurrent_requests};
  put(event::ConnectionRequested{.connection_id = id,
                                 .our_settings = slot.our_settings,
                                 .peer_settings = slot.peer_settings,
                                 .request = std::move(*request)});
}

// r[impl core.U3]
void Session::activate(Slot& slot, wire::ConnectionAccept const& accept) {
  slot.state = ConnectionState::active;
  slot.peer_settings = accept.connection_settings;
  put(event::Opened{.connection_id = slot.id,
                    .our_settings = slot.our_settings,
                    .peer_settings = slot.peer_settings});
}

// Ends a connection, or an open that has no answer yet, while the session goes on.
// r[impl core.C4] r[impl connection.close.semantics]
void Session::close_slot(Slot& slot, ConnectionState as, event::Closed closed) {
  auto const id = slot.id;
  if (as == ConnectionState::closed_by_peer) {
    // Nothing may be sent on a connection that the peer closed.
    outbox_.fail_waiting(
        [id](OutgoingMessage const& message) {
          return message.receipt.connection_id == id && message.receipt.kind != SendKind::pong &&
                 message.receipt.kind != SendKind::protocol_error &&
                 message.receipt.kind != SendKind::ping;
        },
        [this](OutgoingMessage const& message) {
          put(event::NotSent{.token = message.token,
                             .receipt = message.receipt,
                             .reason = NotSentReason::connection_closed});
        });
    if (id == root_connection) warn(id, "received ConnectionClose for root connection");
  }
  if (slot.state == ConnectionState::pending_outbound) {
    put(event::OpenFailed{.connection_id = id, .error = protocol_error(text::session_closed)});
  } else {
    put(std::move(closed));
  }
  connections_.close(slot, as);
  if (as == ConnectionState::closed_by_peer || state_ != SessionState::connected) {
    release_tables(id);
  }
  end_if_released();
}

// r[impl core.D2] r[impl rpc.caller.liveness.root-teardown-condition]
void Session::end_if_released() {
  if (root_is_released_ && !connections_.has_virtual()) {
    end(EndCause::root_released, "the last connection is gone");
  }
}

}  // namespace vox::session
