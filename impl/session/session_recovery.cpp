// Losing the conduit, recovery, and resuming on another.
#include "impl/session/resume.hpp"
#include "impl/session/session.hpp"

#include <string>
#include <utility>

namespace vox::session {

void Session::on(input::ConduitLost& lost) {
  if (state_ == SessionState::ended) return fail_all();
  if (state_ != SessionState::connected) return;
  lose_conduit(lost.error.empty() ? "end of conduit" : lost.error);
}

// r[impl core.B1] r[impl core.B2] r[impl core.B3] r[impl core.L3]
void Session::lose_conduit(std::string_view error) {
  keepalive_.reset();
  timers_.clear();
  fail_all();
  if (state_ == SessionState::ended) return;
  // Without a key another link is another session's, of which nothing here would be known.
  bool const can_recover = resume_key_ || policy_.recovers_without_key;
  if (options_.has_recoverer && can_recover) {
    state_ = SessionState::recovering;
    std::optional<TimePoint> deadline;
    if (options_.recovery_timeout) deadline = later(now_, *options_.recovery_timeout);
    timers_.set(Timer::recovery, deadline);
    put(event::ConduitWanted{.resume_key = resume_key_, .deadline = deadline});
  } else if (options_.is_registered) {
    state_ = SessionState::waiting;
    timers_.set(Timer::resume,
                later(now_, options_.resume_window.value_or(options_.limits.resume_window)));
    put(event::Disconnected{});
  } else {
    end(EndCause::conduit_lost, error);
  }
}

void Session::on(input::Recovered& recovered) {
  if (state_ != SessionState::recovering) return;
  if (auto const refusal = resume_refusal(our_settings_, peer_settings_, recovered.outcome)) {
    return end(EndCause::recovery_failed, refusal->text());
  }
  resume(recovered.outcome);
  // On a resumed conduit an 0.4.0 initiator reads as if the peer wrote exactly what it does.
  if (!policy_.initiator_uses_new_plan && role_ == Role::initiator) plan_.reset();
  for (auto const id : std::exchange(deferred_drops_, {}))
    drop_caller(id);
}

void Session::on(input::RecoveryFailed& failed) {
  if (state_ != SessionState::recovering) return;
  end(EndCause::recovery_failed, failed.error.text());
}

// r[impl core.L2] r[impl core.B2]
Session::Answer Session::on(command::Resume& resume_command) {
  if (state_ == SessionState::connected) return refuse(text::resume_while_connected);
  if (state_ == SessionState::recovering) return refuse(Misuse::recovering);
  if (auto const refusal = resume_refusal(our_settings_, peer_settings_, resume_command.outcome)) {
    return std::unexpected(Refusal{*refusal});
  }
  resume(resume_command.outcome);
  return Accepted{};
}

// r[impl core.M3] r[impl core.M4] r[impl core.B4] r[impl session.handshake.resume]
// r[impl rpc.flow-control.max-concurrent-requests.attachment-loss]
// r[impl session.handshake.protocol-schema.session-scoped]
void Session::resume(HandshakeOutcome const& outcome) {
  peer_supports_retry_ = outcome.peer_supports_retry;
  if (outcome.resume_key) resume_key_ = outcome.resume_key;
  plan_ = outcome.plan;
  connections_.for_each([this](Slot& slot) {
    slot.sent.reset();
    slot.calls_in.clear();
    slot.calls_out.clear();
    // Connections outlive the conduit, and so does what was announced on them; but a sender may
    // have forgotten it and announce it again. 0.4.0 forgets on the root, and takes repetitions
    // elsewhere as an error.
    if (policy_.keeps_announced_types) {
      if (slot.received) slot.received->renew();
    } else if (slot.id == root_connection) {
      slot.received.reset();
      connections_.discharge(slot);
    }
  });
  state_ = SessionState::connected;
  timers_.clear();
  ++generation_;
  begin_keepalive();
  put(event::Resumed{.generation = generation_, .peer_supports_retry = peer_supports_retry_});
  if (policy_.closes_unanswered_opens) give_up_pending_opens();
}

// The answer to an open may have been lost with the old conduit. 0.4.0 would wait for it without
// end, while the peer may consider the connection active and use it.
void Session::give_up_pending_opens() {
  for (auto const id : connections_.live_ids()) {
    auto* const slot = connections_.find_live(id);
    if (slot->state != ConnectionState::pending_outbound) continue;
    send({.kind = SendKind::close, .connection_id = id, .id = 0}, wire::ConnectionClose{});
    close_slot(*slot, ConnectionState::closed_here,
               {.connection_id = id, .by = ClosedBy::us, .metadata = {}, .backing = {}});
    if (state_ == SessionState::ended) return;
  }
}

}  // namespace vox::session
