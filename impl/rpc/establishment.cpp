#include "impl/rpc/establishment.hpp"

#include "impl/wire/reader.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace vox::rpc {

namespace {

using session::protocol_error;
using session::SessionError;

TimePoint after(TimePoint begun, Duration time) {
  return time < TimePoint::max() - begun ? begun + time : TimePoint::max();
}

// What to say to a first payload that asks for nothing we have: a hello with an unknown mode is
// refused by name; 0.4.0 leaves it without an answer, as everybody does what is no hello at all.
// r[impl transport.prologue.reject-close]
std::optional<wire::Prologue> refusal_of(ByteView payload, Rulebook rulebook) {
  if (rulebook == Rulebook::vox_0_4) return std::nullopt;
  auto const message = wire::decode_prologue(payload);
  if (!message || !std::holds_alternative<wire::TransportHello>(*message)) return std::nullopt;
  return wire::encode_prologue(wire::TransportReject{});
}

}  // namespace

// A message as large as a payload may be is still taken in a stable conduit's frame.
std::size_t link_bytes_max(Limits const& limits, ConduitMode mode) {
  if (mode == ConduitMode::bare) return limits.frame_bytes_max;
  constexpr auto top = std::numeric_limits<std::size_t>::max() - wire::stable_frame_overhead_max;
  return std::min(limits.frame_bytes_max, top) + wire::stable_frame_overhead_max;
}

// r[impl transport.prologue.request]
Establishment::Establishment(TimePoint begun, EstablishmentOptions options,
                             SessionRegistry* registry)
    : options_{std::move(options)},
      registry_{registry},
      deadline_{after(begun, options_.handshake.limits.establishment_time)},
      mode_{options_.mode} {
  if (role() == Role::acceptor) return;
  VOX_ASSERT(!options_.stable_resume || mode_ == ConduitMode::stable);
  prologue_ = wire::encode_prologue(wire::TransportHello{.mode = mode_});
}

void Establishment::receive(TimePoint now, ByteView payload) {
  reach_deadline(now);
  if (!is_over() && payload.size() > payload_bytes_max()) {
    return fail(protocol_error("a payload of " + std::to_string(payload.size()) +
                               " bytes before the session is established"));
  }
  switch (step_) {
    case Step::prologue:
      return role() == Role::initiator ? on_transport_answer(payload) : on_transport_hello(payload);
    case Step::first_payload:
      return on_first_payload(payload);
    case Step::handshake:
      return on_handshake(payload);
    case Step::stable_hello:
      return role() == Role::initiator ? on_server_hello(payload) : on_client_hello(payload);
    case Step::over:
      return;
  }
}

void Establishment::refuse_payload(std::string_view detail) {
  if (is_over()) return;
  fail(protocol_error(std::string{detail} + " before the session is established"));
}

void Establishment::lose_link(std::string_view error) {
  switch (step_) {
    case Step::prologue:
      return fail(error.empty() ? protocol_error("link closed during transport prologue")
                                : session::io_error(error));
    case Step::first_payload:
      begin_handshake();
      [[fallthrough]];
    case Step::handshake:
      handshake_->lose_link(error);
      return end_handshake();
    case Step::stable_hello:
      return fail_stable(error.empty() ? "link closed during stable handshake" : error, true);
    case Step::over:
      return;
  }
}

void Establishment::reach_deadline(TimePoint now) {
  if (is_over() || now < deadline_) return;
  fail({.kind = session::ErrorKind::connect_timeout});
}

bool Establishment::poll_transmit(wire::Buffer& out) {
  wire::Writer writer{out};
  if (auto const payload = std::exchange(prologue_, std::nullopt)) {
    writer.put_bytes(*payload);
    return true;
  }
  if (auto const payload = handshake_ ? handshake_->poll() : std::nullopt) {
    writer.put_bytes(*payload);
    return true;
  }
  if (auto const payload = std::exchange(hello_, std::nullopt)) {
    writer.put_bytes(*payload);
    return true;
  }
  return false;
}

std::size_t Establishment::payload_bytes_max() const {
  auto const& limits = options_.handshake.limits;
  return is_over() ? link_bytes_max(limits, mode_) : limits.establishment_bytes_max;
}

std::optional<TimePoint> Establishment::next_deadline() const {
  if (is_over()) return std::nullopt;
  return deadline_;
}

std::expected<Outcome, SessionError> const& Establishment::outcome() const {
  VOX_ASSERT(is_over());
  return outcome_;
}

std::expected<Outcome, SessionError> Establishment::take_outcome() {
  VOX_ASSERT(is_over());
  return std::move(outcome_);
}

// r[impl transport.prologue.accept]
void Establishment::on_transport_hello(ByteView payload) {
  auto const mode = wire::decode_transport_hello(payload);
  if (!mode) {
    prologue_ = refusal_of(payload, options_.handshake.rulebook);
    return fail(protocol_error(mode.error().detail));
  }
  mode_ = *mode;
  prologue_ = wire::encode_prologue(wire::TransportAccept{.mode = mode_});
  // 0.4.0 knows of first links only.
  if (mode_ == ConduitMode::stable && follows_spec()) {
    step_ = Step::first_payload;
  } else {
    begin_handshake();
  }
}

// r[impl transport.prologue.no-fallback]
void Establishment::on_transport_answer(ByteView payload) {
  auto const answer = wire::decode_transport_answer(payload, mode_);
  if (!answer) return fail(protocol_error(answer.error().detail));
  if (std::holds_alternative<wire::TransportReject>(*answer)) {
    return fail(protocol_error("transport rejected: unsupported conduit mode"));
  }
  if (!options_.stable_resume) return begin_handshake();
  // r[impl stable.reconnect]
  hello_ = wire::encode_client_hello(*options_.stable_resume);
  step_ = Step::stable_hello;
}

// A client whose conduit stands greets at once, where a new one begins with the handshake.
// r[impl stable.reconnect] r[impl stable.reconnect.failure]
void Establishment::on_first_payload(ByteView payload) {
  auto const hello = wire::decode_client_hello(payload);
  if (!hello) {
    begin_handshake();
    return on_handshake(payload);
  }
  auto const session =
      registry_ != nullptr ? registry_->find_conduit(hello->resume_key) : std::nullopt;
  if (!session) return refuse_conduit();
  outcome_ = ResumeConduit{.session = *session, .hello = *hello};
  step_ = Step::over;
}

// r[impl stable.reconnect.failure]
void Establishment::refuse_conduit() {
  hello_ = wire::encode_server_hello(conduit::StableConduit::refuse_client_hello());
  fail(protocol_error("stable conduit unknown"));
}

void Establishment::begin_handshake() {
  handshake_.emplace(options_.handshake);
  step_ = Step::handshake;
}

void Establishment::on_handshake(ByteView payload) {
  handshake_->receive(payload);
  end_handshake();
}

void Establishment::end_handshake() {
  if (!handshake_->is_over()) return;
  if (handshake_->failure()) return fail(*handshake_->failure());
  if (mode_ == ConduitMode::bare) return conclude();
  begin_stable();
}

void Establishment::begin_stable() {
  auto const& limits = options_.handshake.limits;
  stable_.emplace(conduit::StableOptions{.rulebook = options_.handshake.rulebook,
                                         .replay_frames_max = limits.replay_frames_max,
                                         .replay_bytes_max = limits.replay_bytes_max,
                                         .frame_bytes_max = limits.frame_bytes_max});
  if (role() == Role::initiator) hello_ = wire::encode_client_hello(stable_->client_hello());
  step_ = Step::stable_hello;
}

void Establishment::on_client_hello(ByteView payload) {
  auto const hello = wire::decode_client_hello(
      payload, follows_spec() ? wire::Strictness::strict : wire::Strictness::vox_0_4);
  if (!hello) return fail_stable(hello.error().detail, false);
  // A key behind a handshake is one that nobody issued: no conduit stands on this link yet.
  // r[impl stable.reconnect.failure]
  if (hello->resume_key && follows_spec()) return refuse_conduit();
  auto const answered = stable_->answer_client_hello(options_.link, *hello, options_.fresh_key());
  VOX_ASSERT(answered);  // A conduit that has sent nothing has lost nothing.
  conclude();
}

void Establishment::on_server_hello(ByteView payload) {
  auto const hello = wire::decode_server_hello(payload);
  if (!hello) return fail_stable(hello.error().detail, false);
  if (options_.stable_resume) {
    if (hello->rejected) return fail_stable(conduit::text::key_rejected, false);
    outcome_ = ResumeConduit{.session = 0, .hello = *hello};
    step_ = Step::over;
    return;
  }
  if (auto const taken = stable_->handle_server_hello(options_.link, *hello); !taken) {
    return fail_stable(taken.error().detail, false);
  }
  conclude();
}

// r[impl core.M5]
void Establishment::conclude() {
  auto handshake = *handshake_->outcome();
  bool is_resumed = options_.handshake.is_recovery;
  SessionNumber session = 0;
  // 0.4.0 resumes on bare conduits only.
  if (registry_ != nullptr && (follows_spec() || mode_ == ConduitMode::bare)) {
    auto const admitted = registry_->admit(handshake.presented_key);
    if (!admitted) return fail(admitted.error());
    is_resumed = admitted->has_value();
    session = admitted->value_or(0);
  }
  if (is_resumed) {
    outcome_ = ResumeSession{.session = session,
                             .handshake = std::move(handshake),
                             .mode = mode_,
                             .stable = std::move(stable_)};
  } else {
    outcome_ =
        NewSession{.handshake = std::move(handshake), .mode = mode_, .stable = std::move(stable_)};
  }
  step_ = Step::over;
}

void Establishment::fail(SessionError error) {
  outcome_ = std::unexpected(std::move(error));
  step_ = Step::over;
}

// A broken link says nothing about a conduit that was there before; another one may do.
void Establishment::fail_stable(std::string_view detail, bool is_link_lost) {
  if (!options_.stable_resume) {
    return fail(protocol_error("stable conduit setup failed: " + std::string{detail}));
  }
  fail(is_link_lost ? session::io_error(detail) : protocol_error(detail));
}

}  // namespace vox::rpc
