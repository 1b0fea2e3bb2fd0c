#include "impl/session/session.hpp"

#include "impl/session/connection_request.hpp"
#include "impl/session/keepalive.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace vox::session {

// r[impl core.S1]
Session::Session(SessionOptions options, HandshakeOutcome outcome)
    : options_{std::move(options)},
      policy_{Policy::of(options_.rulebook)},
      role_{outcome.role},
      our_settings_{outcome.our_settings},
      peer_settings_{outcome.peer_settings},
      peer_supports_retry_{outcome.peer_supports_retry},
      resume_key_{outcome.resume_key},
      plan_{std::move(outcome.plan)},
      connection_ids_{outcome.our_settings.parity},
      connections_{options_.limits, options_.seed},
      events_{options_.limits},
      outbox_{options_.limits},
      message_bytes_max_{options_.limits.frame_bytes_max} {
  auto& root = connections_.open(root_connection, ConnectionState::root);
  root.our_settings = our_settings_;
  root.peer_settings = peer_settings_;
}

std::expected<Session, SessionError> Session::establish(TimePoint now, SessionOptions options,
                                                        HandshakeOutcome outcome) {
  // r[impl core.S3]
  if (options.expected_settings && *options.expected_settings != outcome.our_settings) {
    return std::unexpected(protocol_error(text::settings_mismatch));
  }
  // r[impl core.S2]
  if (options.must_be_resumable && !outcome.resume_key) {
    return std::unexpected(
        SessionError{.kind = ErrorKind::not_resumable, .detail = {}, .metadata = {}});
  }
  auto request = root_request(outcome.peer_metadata, options.client_service);
  if (options.has_acceptor && !request) return std::unexpected(std::move(request.error()));

  Session session{std::move(options), std::move(outcome)};
  session.now_ = now;
  session.begin_keepalive();
  // r[impl core.S4]
  if (session.options_.has_acceptor) {
    session.root_is_offered_ = true;
    session.put(event::ConnectionRequested{.connection_id = root_connection,
                                           .our_settings = session.our_settings_,
                                           .peer_settings = session.peer_settings_,
                                           .request = std::move(*request)});
  } else {
    session.put(event::Opened{.connection_id = root_connection,
                              .our_settings = session.our_settings_,
                              .peer_settings = session.peer_settings_});
  }
  return session;
}

void Session::advance(TimePoint now) {
  VOX_ASSERT(now >= now_);
  now_ = now;
}

void Session::handle(TimePoint now, Input input) {
  advance(now);
  std::visit([this](auto& happened) { on(happened); }, input);
  watch_for_stall(std::holds_alternative<input::Written>(input) ||
                  std::holds_alternative<input::Progress>(input));
}

std::expected<Accepted, Refusal> Session::call(TimePoint now, Command&& command) {
  advance(now);
  // r[impl core.E3]
  if (state_ == SessionState::ended) return refuse(text::session_closed);
  auto answer = std::visit([this](auto& wanted) { return on(wanted); }, command);
  watch_for_stall(false);
  return answer;
}

void Session::limit_messages(std::size_t bytes_max) {
  message_bytes_max_ = std::min(bytes_max, options_.limits.frame_bytes_max);
}

std::optional<Event> Session::poll_event() {
  if (events_.empty()) return std::nullopt;
  return events_.take();
}

// r[impl core.L3] r[impl core.E3]
void Session::end(EndCause cause, std::string_view detail, std::optional<Rule> rule) {
  if (state_ == SessionState::ended) return;
  state_ = SessionState::ended;
  timers_.clear();
  keepalive_.reset();
  for (auto const id : connections_.live_ids()) {
    if (connections_.find(id)->state == ConnectionState::pending_outbound) {
      put(event::OpenFailed{.connection_id = id, .error = protocol_error(text::session_closed)});
    } else {
      put(event::Closed{
          .connection_id = id, .by = ClosedBy::session_end, .metadata = {}, .backing = {}});
    }
  }
  put(event::Ended{.cause = cause, .rule = rule, .detail = std::string{detail}});
}

void Session::accuse(TimePoint now, Rule rule, std::string_view detail) {
  advance(now);
  if (state_ != SessionState::ended) violate(rule, detail);
}

// r[impl session.protocol-error]
void Session::violate(Rule rule, std::string_view detail) {
  auto const description = std::string{rule.id()} + ": " + std::string{detail};
  send({.kind = SendKind::protocol_error, .connection_id = root_connection, .id = 0},
       wire::ProtocolError{.description = description});
  end(EndCause::violation, detail, rule);
}

void Session::warn(ConnectionId id, std::string_view text) {
  put(event::Warning{.connection_id = id, .text = std::string{text}});
}

// What an event keeps alive besides itself.
void Session::put(Event event) {
  auto const bytes = std::visit(
      [](auto const& what) -> std::size_t {
        if constexpr (requires { what.backing; }) return what.backing.view().size();
        if constexpr (requires { what.request; }) return what.request.encoded_bytes();
        if constexpr (requires { what.text; }) return what.text.size();
        return 0;
      },
      event);
  events_.put(std::move(event), bytes);
}

std::size_t Session::held_bytes() const {
  return events_.bytes() + outbox_.bytes() + connections_.held_bytes();
}

// While what we owe the peer is at its limit, the stall timer runs. Written and Progress restart
// it.
void Session::watch_for_stall(bool is_progress) {
  if (state_ != SessionState::connected || !outbox_.owes_too_much()) {
    timers_.set(Timer::stall, std::nullopt);
  } else if (is_progress || !timers_.is_set(Timer::stall)) {
    timers_.set(Timer::stall, later(now_, options_.limits.stall));
  }
}

// r[impl core.K1] r[impl core.K2]
void Session::begin_keepalive() {
  keepalive_.reset();
  timers_.set(Timer::keepalive, std::nullopt);
  if (!options_.keepalive) return;
  if (!options_.keepalive->is_usable()) {
    warn(root_connection, "keepalive disabled due to non-positive interval/timeout");
    return;
  }
  keepalive_.emplace(*options_.keepalive, now_);
  timers_.set(Timer::keepalive, keepalive_->deadline());
}

// r[impl core.K4]
void Session::on(input::DeadlineReached&) {
  if (state_ == SessionState::ended) return;
  if (timers_.is_due(Timer::stall, now_)) {
    return end(EndCause::stalled, "the conduit takes nothing of what is owed to the peer");
  }
  if (timers_.is_due(Timer::resume, now_)) {
    return end(EndCause::resume_timeout, "nobody resumed the session in time");
  }
  if (timers_.is_due(Timer::recovery, now_)) {
    return end(EndCause::recovery_failed, "the recoverer took too long");
  }
  if (!keepalive_) return;
  switch (keepalive_->look(now_)) {
    case Keepalive::Due::nothing:
      break;
    case Keepalive::Due::peer_is_dead:
      return end(EndCause::peer_silent, "keepalive timeout waiting for pong");
    case Keepalive::Due::ping: {
      auto const nonce = *keepalive_->outstanding();
      send({.kind = SendKind::ping, .connection_id = root_connection, .id = nonce},
           wire::Ping{.nonce = nonce});
      break;
    }
  }
  timers_.set(Timer::keepalive, keepalive_->deadline());
}

std::size_t Session::connection_count() const {
  return state_ == SessionState::ended ? 0 : connections_.live_count();
}

std::optional<ConnectionInfo> Session::connection(ConnectionId id) const {
  auto const* const slot = connections_.find(id);
  if (slot == nullptr || !slot->is_live() || state_ == SessionState::ended) return std::nullopt;
  return ConnectionInfo{.state = slot->state,
                        .our_settings = slot->our_settings,
                        .peer_settings = slot->peer_settings,
                        .requests_from_peer = slot->calls_in.size(),
                        .requests_from_us = slot->calls_out.size()};
}

schema::ReceiveTracker const* Session::received_schemas(ConnectionId id) const {
  auto const* const slot = connections_.find(id);
  return slot == nullptr ? nullptr : slot->received.get();
}

bool Session::has_announced(ConnectionId id, schema::Binding binding) const {
  auto const* const slot = connections_.find(id);
  return slot != nullptr && slot->sent.has_sent(binding);
}

std::optional<MethodId> Session::unanswered_method(ConnectionId id, RequestId request_id) const {
  auto const* const slot = connections_.find(id);
  if (slot == nullptr) return std::nullopt;
  auto const call = slot->calls_in.find(request_id);
  return call == slot->calls_in.end() ? std::nullopt : std::optional{call->second};
}

}  // namespace vox::session
