// What a driver does with the events of its session.
#include "impl/net/session_driver.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <string>
#include <utility>
#include <vector>

namespace vox::net {

namespace asio = boost::asio;
namespace event = session::output;
using session::SessionState;

void SessionDriver::on(event::NotSent const& unsent) {
  auto const& receipt = unsent.receipt;
  if (receipt.kind == session::SendKind::response) {
    log("connection " + std::to_string(receipt.connection_id) + ": the response to request " +
        std::to_string(receipt.id) + " did not go out");
  }
  auto* const connection = find(receipt.connection_id);
  if (receipt.kind != session::SendKind::call || connection == nullptr) return;
  auto const found = connection->calls.find(receipt.id);
  if (found == connection->calls.end()) return;
  found->second.is_sent = false;
  // A call that was lost with the conduit goes out on the next one.
  if (session_.state() != SessionState::connected) return;
  found->second.outcome->set(std::unexpected(CallFailure::send_failed));
  connection->calls.erase(found);
}

// r[impl core.S4] r[impl core.R4]
void SessionDriver::on(event::ConnectionRequested const& requested) {
  PendingConnection pending{weak_from_this(), requested.connection_id, requested.our_settings,
                            requested.peer_settings};
  options_.acceptor(requested.request, std::move(pending));
}

void SessionDriver::on(event::Opened const& opened) {
  auto const id = opened.connection_id;
  auto& connection = connections_.try_emplace(id, executor_, opened.our_settings).first->second;
  if (id == session::root_connection) root_.set(std::nullopt);
  auto const open = opens_.find(id);
  if (open == opens_.end()) return;
  auto pending = std::move(open->second);
  opens_.erase(open);
  connection.handler = std::move(pending.handler);
  pending.outcome->set(
      ConnectionHandle{shared_from_this(), id, opened.our_settings, opened.peer_settings});
}

void SessionDriver::on(event::OpenFailed const& failed) {
  auto const open = opens_.find(failed.connection_id);
  if (open == opens_.end()) return;
  auto const pending = std::move(open->second);
  opens_.erase(open);
  pending.outcome->set(std::unexpected(failed.error));
}

// r[impl core.C4] r[impl connection.close.semantics]
void SessionDriver::on(event::Closed const& closed) {
  auto const id = closed.connection_id;
  // The session closes an open of its own, too, that a lost conduit left without an answer.
  if (auto const open = opens_.find(id); open != opens_.end()) {
    on(event::OpenFailed{.connection_id = id,
                          .error = session::protocol_error(session::text::session_closed)});
  }
  auto node = connections_.extract(id);
  if (node.empty()) return;
  auto& connection = node.mapped();
  fail_calls(connection, closed.by == session::ClosedBy::session_end
                             ? CallFailure::session_shutdown
                             : CallFailure::connection_closed);
  connection.closed->set(true);
  if (connection.handler) connection.handler->on_closed(id);
}

void SessionDriver::on(event::CloseFailed const& failed) {
  log(failed.error.text());
}

void SessionDriver::on(event::CallReceived const& received) {
  Responder responder{weak_from_this(), received.connection_id, received.request_id};
  auto* const connection = find(received.connection_id);
  if (connection == nullptr || !connection->handler) return;
  auto const handler = connection->handler;
  handler->on_call({.connection_id = received.connection_id,
                    .request_id = received.request_id,
                    .method_id = received.call.method_id,
                    .metadata = received.call.metadata,
                    .args = received.call.args,
                    .backing = received.backing,
                    .announced = session_.received_schemas(received.connection_id)},
                   std::move(responder));
}

void SessionDriver::on(event::ResponseReceived const& received) {
  auto* const connection = find(received.connection_id);
  if (connection == nullptr) return;
  auto const found = connection->calls.find(received.request_id);
  if (found == connection->calls.end()) return;
  CallAnswer answer{.backing = received.backing, .ret = received.response.ret};
  auto const* const schemas = session_.received_schemas(received.connection_id);
  if (schemas != nullptr) {
    answer.type = schemas->announced(
        {.method_id = found->second.call.method_id, .direction = wire::BindingDirection::response});
  }
  found->second.outcome->set(std::move(answer));
  connection->calls.erase(found);
}

// r[impl rpc.cancel]
void SessionDriver::on(event::CancelReceived const& received) {
  auto* const connection = find(received.connection_id);
  if (connection == nullptr || !connection->handler) return;
  connection->handler->on_cancel(received.connection_id, received.request_id);
}

void SessionDriver::on(event::ChannelReceived const& received) {
  auto* const connection = find(received.connection_id);
  if (connection != nullptr && connection->handler) connection->handler->on_channel(received);
}

// r[impl core.B1]
void SessionDriver::on(event::ConduitWanted const& wanted) {
  release_conduit();
  asio::co_spawn(
      executor_,
      [self = shared_from_this(), key = wanted.resume_key] { return self->recover(key); },
      asio::bind_cancellation_slot(stop_recovering_.slot(), asio::detached));
}

// r[impl core.B2]
void SessionDriver::on(event::Disconnected const&) {
  release_conduit();
}

// Calls that were never sent go out now; those that were and had no answer are made again if the
// peer can tell a repetition. If it cannot, 0.4.0 lets the caller wait.
void SessionDriver::on(event::Resumed const& resumed) {
  for (auto& [id, connection] : connections_) {
    std::vector<session::RequestId> again;
    std::vector<session::RequestId> lost;
    for (auto const& [request_id, unanswered] : connection.calls) {
      if (unanswered.is_waiting) continue;
      bool const may_repeat = resumed.peer_supports_retry || !unanswered.is_sent;
      (may_repeat ? again : lost).push_back(request_id);
    }
    for (auto const request_id : again)
      queue_call(id, request_id);
    if (session_.rulebook() == Rulebook::vox_0_4) continue;
    for (auto const request_id : lost) {
      auto const node = connection.calls.extract(request_id);
      node.mapped().outcome->set(std::unexpected(CallFailure::indeterminate));
    }
  }
}

void SessionDriver::on(event::Warning const& warning) {
  log("connection " + std::to_string(warning.connection_id) + ": " + warning.text);
}

void SessionDriver::on(event::Ended const& ended) {
  if (!root_.is_set()) {
    root_.set(ended.cause == session::EndCause::refused ? refusal_
                                                        : session::protocol_error(ended.detail));
  }
  ending_ = SessionEnd{.cause = ended.cause, .rule = ended.rule, .detail = ended.detail};
}

}  // namespace vox::net
