// The commands about connections: open, close, accept, reject, drop, shut down.
#include "impl/session/session.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace vox::session {

// r[impl core.U1] r[impl core.U6] r[impl core.B2] r[impl connection.open]
// r[impl rpc.virtual-connection.open]
Session::Answer Session::on(command::Open& open) {
  if (state_ == SessionState::waiting) return refuse(text::open_while_disconnected);
  if (state_ == SessionState::recovering) return refuse(Misuse::recovering);
  if (auto const misuse = cannot_send(SendKind::open)) return refuse(*misuse);
  if (connections_.live_count() >= options_.limits.connections_max || tables_are_full()) {
    return refuse(Misuse::connections_exhausted);
  }
  auto const id = connection_ids_.peek();
  if (!id) return refuse(Misuse::connections_exhausted);

  wire::ConnectionOpen message{.connection_settings = open.settings, .metadata = open.metadata};
  wire::Metadata with_service;
  if (!open.service.empty()) {
    with_service.add({.key = key::service, .value = open.service, .flags = 0});
    for (auto const& entry : open.metadata)
      with_service.add(entry);
    message.metadata = with_service;
  }
  auto const token =
      enqueue({.receipt = {SendKind::open, *id, 0}, .payload = wire::MessagePayload{message}});
  if (!token) return refuse(token.error());
  connection_ids_.allocate();
  connections_.open(*id, ConnectionState::pending_outbound).our_settings = open.settings;
  return Accepted{.connection_id = *id, .token = *token};
}

// r[impl core.C1] r[impl core.C2] r[impl core.C3] r[impl core.B2] r[impl connection.close]
Session::Answer Session::on(command::Close& close) {
  if (state_ == SessionState::waiting) return refuse(text::close_while_disconnected);
  if (state_ == SessionState::recovering) return refuse(Misuse::recovering);
  if (close.connection_id == root_connection) return refuse(text::close_of_root);
  auto* const slot = connections_.find_live(close.connection_id);
  if (slot == nullptr) return refuse(text::connection_not_found);
  auto const token = enqueue({.receipt = {SendKind::close, slot->id, 0},
                              .payload = wire::ConnectionClose{.metadata = close.metadata}});
  if (!token) return refuse(token.error());
  close_slot(*slot, ConnectionState::closed_here,
             {.connection_id = slot->id, .by = ClosedBy::us, .metadata = {}, .backing = {}});
  return Accepted{.connection_id = close.connection_id, .token = *token};
}

// Whether the id is that of the connection that the handshake made. In 0.4.0 a peer that closed it
// may open id 0 again, which makes another connection, like those with other ids.
bool Session::is_the_root(ConnectionId id) const {
  auto const place = connections_.state_of(id);
  return place == ConnectionState::root || place == ConnectionState::root_removed;
}

std::optional<Misuse> Session::cannot_decide_on(ConnectionId id) const {
  if (is_the_root(id)) {
    return root_is_offered_ ? std::nullopt : std::optional{Misuse::connection_not_offered};
  }
  auto const* const slot = connections_.find(id);
  if (slot == nullptr || slot->state != ConnectionState::offered)
    return Misuse::connection_not_offered;
  if (state_ == SessionState::recovering) return Misuse::recovering;
  if (state_ == SessionState::waiting) return Misuse::disconnected;
  return std::nullopt;
}

// r[impl core.O6] r[impl core.R3] r[impl rpc.virtual-connection.accept]
Session::Answer Session::on(command::Accept& accept) {
  return accept_offer(accept.connection_id);
}

Session::Answer Session::accept_offer(ConnectionId id) {
  if (auto const misuse = cannot_decide_on(id)) return refuse(*misuse);
  auto* const slot = connections_.find_live(id);
  Accepted answer{.connection_id = id, .token = 0};
  if (is_the_root(id)) {
    root_is_offered_ = false;
    if (slot == nullptr) return refuse(text::connection_not_found);
  } else {
    auto const token = enqueue({.receipt = {SendKind::accept, id, 0},
                                .payload = wire::ConnectionAccept{
                                    .connection_settings = slot->our_settings, .metadata = {}}});
    if (!token) return refuse(token.error());
    slot->state = ConnectionState::active;
    answer.token = *token;
  }
  put(event::Opened{.connection_id = id,
                    .our_settings = slot->our_settings,
                    .peer_settings = slot->peer_settings});
  return answer;
}

// r[impl core.O7] r[impl core.R3]
Session::Answer Session::on(command::Reject& reject) {
  auto const id = reject.connection_id;
  if (auto const misuse = cannot_decide_on(id)) return refuse(*misuse);
  if (is_the_root(id)) {
    root_is_offered_ = false;
    end(EndCause::refused, rejected(reject.metadata).text());
    return Accepted{.connection_id = id};
  }
  auto const token = enqueue({.receipt = {SendKind::reject, id, 0},
                              .payload = wire::ConnectionReject{.metadata = reject.metadata}});
  if (!token) return refuse(token.error());
  if (auto* const slot = connections_.find_live(id)) connections_.erase(*slot);
  if (policy_.rejection_ends_released_session) end_if_released();
  return Accepted{.connection_id = id, .token = *token};
}

// r[impl core.R3]
Session::Answer Session::on(command::Abandon& abandon) {
  auto const id = abandon.connection_id;
  constexpr std::string_view warning =
      "connection request let go without being used; closing connection";
  auto* const slot = connections_.find_live(id);
  if (state_ != SessionState::connected && slot != nullptr &&
      slot->state == ConnectionState::offered) {
    // Without a conduit no message can tell the peer.
    warn(id, warning);
    close_slot(*slot, ConnectionState::closed_here,
               {.connection_id = id, .by = ClosedBy::caller_drop, .metadata = {}, .backing = {}});
    return Accepted{.connection_id = id};
  }
  auto const accepted = accept_offer(id);
  if (!accepted) return accepted;
  warn(id, warning);
  drop_caller(id);
  return accepted;
}

Session::Answer Session::on(command::DropCaller& drop) {
  Accepted answer{.connection_id = drop.connection_id, .token = 0};
  if (state_ == SessionState::recovering) {
    deferred_drops_.push_back(drop.connection_id);
  } else {
    answer.token = drop_caller(drop.connection_id);
  }
  return answer;
}

// r[impl core.D1] r[impl core.D2] r[impl core.B2]
// r[impl rpc.caller.liveness.last-drop-closes-connection]
// r[impl rpc.caller.liveness.root-internal-close]
Token Session::drop_caller(ConnectionId id) {
  if (state_ == SessionState::ended) return 0;  // By a drop that was deferred with this one.
  if (id == root_connection) {
    root_is_released_ = true;
    end_if_released();
    return 0;
  }
  auto* const slot = connections_.find_live(id);
  if (slot == nullptr) return 0;
  Token token = 0;
  if (state_ == SessionState::connected) {
    token = send({.kind = SendKind::close, .connection_id = id, .id = 0}, wire::ConnectionClose{});
  }
  close_slot(*slot, ConnectionState::closed_here,
             {.connection_id = id, .by = ClosedBy::caller_drop, .metadata = {}, .backing = {}});
  return token;
}

Session::Answer Session::on(command::DropDriver& drop) {
  auto* const slot = connections_.find_live(drop.connection_id);
  if (slot == nullptr) return refuse(text::connection_not_found);
  slot->driver_gone = true;
  return Accepted{.connection_id = drop.connection_id};
}

// r[impl core.D3]
Session::Answer Session::on(command::Shutdown& shutdown) {
  std::string_view detail = "shutdown requested";
  if (shutdown.cause == EndCause::resume_timeout) detail = "the session is not waited for";
  if (shutdown.cause == EndCause::failed) detail = "the session cannot go on";
  end(shutdown.cause, detail);
  return Accepted{};
}

}  // namespace vox::session
