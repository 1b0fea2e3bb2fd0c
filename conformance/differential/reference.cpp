#include "conformance/differential/reference.hpp"

#include "conformance/differential/frames.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "conformance/subjects/testbed/methods.hpp"
#include "impl/session/connection_request.hpp"
#include "impl/wire/postcard.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace session = vox::session;
namespace wire = vox::wire;

namespace {

// Timing plays no part: keepalive is off.
constexpr vox::TimePoint now{};

session::HandshakeOptions handshake_options(vox::Role role, std::size_t number) {
  session::HandshakeOptions options;
  options.role = role;
  options.rulebook = vox::Rulebook::vox_0_4;
  options.settings = {.parity = role == vox::Role::initiator ? vox::Parity::odd : vox::Parity::even,
                      .max_concurrent_requests = 64};
  if (role == vox::Role::acceptor) {
    vox::ResumeKey key{};
    key[0] = std::byte{0xAA};
    key[15] = static_cast<std::byte>(number);
    options.resume_key = key;
  }
  options.service = std::string{testbed::service_name};
  return options;
}

session::SessionOptions session_options(vox::Role role) {
  session::SessionOptions options;
  options.rulebook = vox::Rulebook::vox_0_4;
  options.client_service = std::string{testbed::service_name};
  options.has_recoverer = role == vox::Role::initiator;
  options.is_registered = role == vox::Role::acceptor;
  if (role == vox::Role::acceptor) {
    options.expected_settings = {.parity = vox::Parity::even, .max_concurrent_requests = 64};
  }
  return options;
}

}  // namespace

Reference::Reference(vox::Role role, Manner manner, Flaws flaws)
    : role_{role}, manner_{manner}, flaws_{flaws}, registry_{vox::Rulebook::vox_0_4} {}

std::size_t Reference::begin_link() {
  auto const number = links_.size();
  auto options = handshake_options(role_, number);
  if (wants_link_) {
    options.resume_key = sessions_.back().session.resume_key();
    options.is_recovery = true;
  }
  wants_link_ = false;
  links_.push_back({.handshake = session::Handshake{std::move(options)}});
  advance_handshake(number);
  return number;
}

void Reference::receive(std::size_t link, vox::ByteView payload, vox::ByteView meaning) {
  auto& at = links_[link];
  if (at.fate != LinkFate::open) return;
  if (!at.session) {
    at.handshake.receive(payload);
    return advance_handshake(link);
  }
  auto const number = *at.session;
  imitate_second_answer(number, meaning);
  sessions_[number].session.handle(
      now, session::input::Received{.payload = vox::Backing{vox::to_bytes(payload)}});
  pump(number);
}

void Reference::lose(std::size_t link) {
  auto& at = links_[link];
  if (at.fate != LinkFate::open) return;
  if (!at.session) {
    at.handshake.lose_link({});
    return advance_handshake(link);
  }
  auto const number = *at.session;
  sessions_[number].session.handle(now, session::input::ConduitLost{});
  pump(number);
}

void Reference::advance_handshake(std::size_t link) {
  auto& at = links_[link];
  while (auto const payload = at.handshake.poll()) {
    said_.push_back({.link = link, .in_handshake = true, .payload = vox::to_bytes(*payload)});
  }
  if (at.handshake.failure()) {
    close(link);
    if (role_ == vox::Role::initiator && !sessions_.empty()) {
      sessions_.back().session.handle(
          now, session::input::RecoveryFailed{.error = *at.handshake.failure()});
      pump(sessions_.size() - 1);
    }
  } else if (at.handshake.outcome()) {
    establish(link, *at.handshake.outcome());
  }
}

void Reference::establish(std::size_t link, session::HandshakeOutcome const& outcome) {
  if (role_ == vox::Role::initiator && !sessions_.empty()) {
    auto const number = sessions_.size() - 1;
    move_to(number, link);
    sessions_[number].session.handle(now, session::input::Recovered{.outcome = outcome});
    return pump(number);
  }
  if (auto const known = registry_.find(outcome.presented_key)) {
    auto& running = sessions_[*known];
    if (running.session.call(now, session::command::Resume{.outcome = outcome})) {
      registry_.resumed(*outcome.presented_key, outcome.resume_key, *known);
      move_to(*known, link);
    } else {
      registry_.refused(*outcome.presented_key);
      close(link);
    }
    return pump(*known);
  }
  auto made = session::Session::establish(now, session_options(role_), outcome);
  if (!made) return close(link);
  auto const number = sessions_.size();
  auto const to_open = manner_ == Manner::opens ? opened_count : 0;
  sessions_.push_back(
      {.session = *std::move(made), .service = {}, .link = link, .to_open = to_open});
  links_[link].session = number;
  if (role_ == vox::Role::acceptor) registry_.established(*outcome.resume_key, number);
  pump(number);
  open_next(sessions_[number]);
  pump(number);
}

// The session leaves its old link, which it closes by that.
void Reference::move_to(std::size_t number, std::size_t link) {
  auto& running = sessions_[number];
  auto& old = links_[running.link];
  old.fate = LinkFate::closed;
  old.is_replaced = true;
  running.link = link;
  links_[link].session = number;
}

void Reference::pump(std::size_t number) {
  while (auto const output = sessions_[number].session.poll())
    on(number, *output);
}

void Reference::on(std::size_t number, session::Event const& output) {
  auto& running = sessions_[number];
  if (auto const* const send = std::get_if<session::event::Send>(&output)) {
    said_.push_back({.link = running.link, .payload = vox::to_bytes(send->payload)});
  } else if (auto const* const asked = std::get_if<session::event::ConnectionRequested>(&output)) {
    decide(running, *asked);
  } else if (auto const* const call = std::get_if<session::event::CallReceived>(&output)) {
    if (flaws_ == Flaws::absent) running.service.forget(call->connection_id);
    auto const answer = running.service.answer(running.session, *call);
    // Refused only where the connection is gone, and then 0.4.0 drops the response, too.
    static_cast<void>(running.session.call(
        now, session::command::SendResponse{.connection_id = call->connection_id,
                                            .request_id = call->request_id,
                                            .metadata = {},
                                            .ret = answer.ret,
                                            .schemas = answer.schemas}));
  } else if (auto const* const closed = std::get_if<session::event::Closed>(&output)) {
    running.service.forget(closed->connection_id);
    losses_.closed.push_back(closed->connection_id);
    let_go(running, closed->connection_id);
  } else if (auto const* const opened = std::get_if<session::event::Opened>(&output)) {
    if (running.opened == opened->connection_id) call_echo(running, opened->our_settings);
  } else if (auto const* const failed = std::get_if<session::event::OpenFailed>(&output)) {
    if (running.opened == failed->connection_id) open_next(running);
  } else if (auto const* const response = std::get_if<session::event::ResponseReceived>(&output)) {
    if (response->method_id) let_go(running, response->connection_id);
  } else if (std::holds_alternative<session::event::Resumed>(output)) {
    running.service.forget(session::root_connection);
  } else if (std::holds_alternative<session::event::ConduitWanted>(output)) {
    losses_.conduit = true;
    wants_link_ = true;
    links_[running.link].fate = LinkFate::mute;
  } else if (std::holds_alternative<session::event::Disconnected>(output)) {
    losses_.conduit = true;
    links_[running.link].fate = LinkFate::mute;
  } else if (std::holds_alternative<session::event::Ended>(output)) {
    losses_.conduit = true;
    close(running.link);
  }
}

void Reference::decide(Running& running, session::event::ConnectionRequested const& asked) {
  auto const id = asked.connection_id;
  bool const refuses = manner_ == Manner::refuses && asked.request.is_virtual();
  wire::Metadata const reasons{{.key = session::key::error, .value = refusal, .flags = 0}};
  session::Command const reject =
      session::command::Reject{.connection_id = id, .metadata = reasons};
  session::Command const accept = session::command::Accept{.connection_id = id};
  auto const decided = running.session.call(now, refuses ? reject : accept);
  VOX_ASSERT(decided.has_value());
}

// What the subject does by itself where it is told to open connections.
void Reference::open_next(Running& running) {
  running.opened.reset();
  if (running.to_open == 0) return;
  --running.to_open;
  session::command::Open const open{
      .settings = running.session.our_settings(), .service = testbed::service_name, .metadata = {}};
  auto const id = running.session.call(now, open);
  if (id) running.opened = *id;
}

void Reference::call_echo(Running& running, vox::ConnectionSettings const& settings) {
  auto const& echo = *testbed::find_method("echo");
  auto const number = opened_count - running.to_open;
  auto const args = wire::encode_value(std::tuple{"connection " + std::to_string(number)});
  wire::Metadata metadata;
  if (running.session.peer_supports_retry()) {
    metadata.add({.key = "vox-operation-id", .value = std::uint64_t{1}, .flags = 0});
  }
  auto const sent = running.session.call(
      now, session::command::SendCall{.connection_id = *running.opened,
                                      .request_id = settings.parity == vox::Parity::odd ? 1U : 2U,
                                      .method_id = echo.id,
                                      .metadata = metadata,
                                      .args = args,
                                      .schemas = {std::shared_ptr<void>{}, &echo.args->payload}});
  VOX_ASSERT(sent.has_value());
}

// A second accept or reject changes nothing in our session. 0.4.0 has a flaw there: it tells
// whoever uses the connection that it is closed, so that the call ends without an answer.
void Reference::imitate_second_answer(std::size_t number, vox::ByteView meaning) {
  if (flaws_ == Flaws::absent) return;
  auto& running = sessions_[number];
  auto const message = read_message(meaning);
  if (!message || running.opened != message->connection_id) return;
  auto const connection = running.session.connection(*running.opened);
  bool const is_active = connection && connection->state == session::ConnectionState::active;
  bool const is_answer = std::holds_alternative<wire::ConnectionAccept>(message->payload) ||
                         std::holds_alternative<wire::ConnectionReject>(message->payload);
  if (is_active && is_answer) let_go(running, *running.opened);
}

// The call is over, whatever came of it, and with it the use of the connection.
void Reference::let_go(Running& running, session::ConnectionId id) {
  if (running.opened != id) return;
  running.opened.reset();
  static_cast<void>(running.session.call(now, session::command::DropCaller{.connection_id = id}));
  open_next(running);
}

}  // namespace voxspec::differential
