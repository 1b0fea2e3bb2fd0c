#include "impl/session/handshake.hpp"

#include "impl/session/connection_request.hpp"
#include "impl/wire/cbor_definite.hpp"
#include "spec/assert.hpp"

#include <utility>
#include <variant>

namespace vox::session {

Handshake::Handshake(HandshakeOptions options)
    : options_{std::move(options)},
      step_{options_.role == Role::initiator ? Step::hello_yourself : Step::hello} {
  forming_.role = options_.role;
  forming_.our_settings = options_.settings;
  if (options_.role == Role::acceptor) return;
  send(wire::Hello{.parity = options_.settings.parity,
                   .connection_settings = options_.settings,
                   .message_payload_schema = options_.message_schemas,
                   .supports_retry = options_.supports_retry,
                   .resume_key = options_.resume_key,
                   .metadata = announced_metadata()});
}

void Handshake::receive(ByteView payload) {
  if (is_over()) return;
  auto const strictness = policy().strictness;
  Bytes definite;  // what the message may refer to
  auto const message = wire::decode_any_length(
      payload, strictness, options_.limits.cbor_depth_max, definite,
      [&](ByteView bytes) { return wire::decode_handshake(bytes, strictness, options_.limits); });
  if (!message) return fail("handshake decode error: " + message.error().detail);
  if (auto const* const sorry = std::get_if<wire::Sorry>(&*message);
      sorry != nullptr && step_ != Step::hello) {
    return fail("handshake rejected: " + std::string{sorry->reason});
  }
  switch (step_) {
    case Step::hello:
      if (auto const* const hello = std::get_if<wire::Hello>(&*message)) return on_hello(*hello);
      return fail("handshake protocol error: expected Hello");
    case Step::hello_yourself:
      if (auto const* const answer = std::get_if<wire::HelloYourself>(&*message)) {
        return on_hello_yourself(*answer);
      }
      return fail("handshake protocol error: expected HelloYourself or Sorry");
    case Step::lets_go:
      if (std::holds_alternative<wire::LetsGo>(*message)) return conclude();
      return fail("handshake protocol error: expected LetsGo or Sorry");
  }
}

void Handshake::lose_link(std::string_view error) {
  if (is_over()) return;
  if (error.empty()) return fail("peer closed during handshake");
  failure_ = io_error(error);
}

std::optional<ByteView> Handshake::poll() {
  if (!std::exchange(has_output_, false)) return std::nullopt;
  return out_.view();
}

// r[impl session.handshake.resume]
void Handshake::on_hello(wire::Hello const& hello) {
  if (options_.expected_key && hello.resume_key != options_.expected_key) {
    return refuse("session resume key mismatch",
                  "handshake protocol error: session resume key mismatch");
  }
  forming_.our_settings.parity = opposite(hello.parity);
  forming_.peer_settings = hello.connection_settings;
  forming_.peer_supports_retry = hello.supports_retry;
  forming_.resume_key = options_.resume_key;
  forming_.presented_key = hello.resume_key;
  forming_.peer_metadata = hello.metadata;
  plan_failure_ = compare(hello.message_payload_schema);
  if (plan_failure_ && policy().refuses_unreadable_peer_first)
    return refuse(plan_failure_->text, plan_failure_->text);
  if (plan_failure_ && plan_failure_->is_undecodable) return fail(plan_failure_->text);
  send(wire::HelloYourself{.connection_settings = forming_.our_settings,
                           .message_payload_schema = options_.message_schemas,
                           .supports_retry = options_.supports_retry,
                           .resume_key = options_.resume_key,
                           .metadata = announced_metadata()});
  step_ = Step::lets_go;
}

void Handshake::on_hello_yourself(wire::HelloYourself const& answer) {
  forming_.peer_settings = answer.connection_settings;
  forming_.peer_supports_retry = answer.supports_retry;
  forming_.resume_key = answer.resume_key;
  forming_.peer_metadata = answer.metadata;
  if (policy().refuses_own_parity &&
      answer.connection_settings.parity == options_.settings.parity) {
    return refuse("both sides have taken the same parity",
                  "handshake protocol error: the acceptor has taken the initiator's parity");
  }
  plan_failure_ = compare(answer.message_payload_schema);
  if (plan_failure_ && policy().refuses_unreadable_peer_first)
    return refuse(plan_failure_->text, plan_failure_->text);
  if (plan_failure_ && plan_failure_->is_undecodable) return fail(plan_failure_->text);
  send(wire::LetsGo{});
  conclude();
}

// 0.4.0 agrees to everything first and finds out afterwards that it cannot read the peer's
// messages.
void Handshake::conclude() {
  if (plan_failure_) return fail(plan_failure_->text);
  outcome_ = std::move(forming_);
}

std::optional<PlanFailure> Handshake::compare(ByteView peer_schemas) {
  auto plan = plan_for_peer(peer_schemas, options_.rulebook, options_.limits);
  bool const is_looked_at = policy().compares_messages_on_recovery || !options_.is_recovery;
  if (!plan && (is_looked_at || plan.error().is_undecodable)) return std::move(plan.error());
  if (!plan) return std::nullopt;
  forming_.plan = std::move(*plan);
  return std::nullopt;
}

void Handshake::send(wire::HandshakeMessage const& message) {
  VOX_ASSERT(!has_output_);
  out_.clear();
  wire::encode_handshake(out_, message);
  has_output_ = true;
}

// r[impl session.handshake.sorry]
void Handshake::refuse(std::string_view reason, std::string_view detail) {
  send(wire::Sorry{.reason = reason});
  fail(detail);
}

wire::Metadata Handshake::announced_metadata() const {
  wire::Metadata metadata = options_.metadata;
  if (!options_.service.empty()) {
    metadata.add({.key = key::service, .value = std::string_view{options_.service}, .flags = 0});
  }
  return metadata;
}

}  // namespace vox::session
