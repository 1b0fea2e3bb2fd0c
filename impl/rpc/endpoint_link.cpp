// How an endpoint gets its payloads and loses its links.
#include "impl/rpc/endpoint.hpp"
#include "impl/session/resume.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vox::rpc {

void Endpoint::on(input::Received&& received) {
  if (!stable_) return pass_on(session::input::Received{std::move(received.payload)});
  auto const message = stable_->receive(received.payload.view());
  if (!message) {
    return session_.accuse(now_, message.error().rule, message.error().detail);
  }
  if (*message) pass_on(session::input::Received{received.payload.part(**message)});
}

void Endpoint::on(input::LinkLost&& lost) {
  if (!stable_) return pass_on(session::input::ConduitLost{std::move(lost.error)});
  lose_stable_link(lost.error);
}

// A stable conduit outlives its links: a client dials again, a server waits, each for a time.
// r[impl stable.reconnect]
void Endpoint::lose_stable_link(std::string const& error) {
  auto const state = session_.state();
  if (state == session::SessionState::ended) {
    // What it still had to say has nowhere to go.
    stable_->detach();
    return pass_on(session::input::ConduitLost{error});
  }
  if (state != session::SessionState::connected || stable_deadline_) return;
  stable_->detach();
  auto const& session = options_.session;
  bool const can_return = options_.has_links || (session.is_registered && policy_.stable_returns);
  if (!can_return || stable_->lost()) {
    return pass_on(session::input::ConduitLost{stable_->lost().value_or(error)});
  }
  auto const patience = options_.has_links ? session.recovery_timeout : session.resume_window;
  stable_deadline_ = session::later(now_, patience.value_or(session.limits.resume_window));
  if (options_.has_links) {
    put(event::LinkWanted{.hello = stable_->client_hello(), .deadline = *stable_deadline_});
  } else {
    put(session::event::Disconnected{});
  }
}

// r[impl stable.reconnect.client-replay]
void Endpoint::on(input::ServerHello&& hello) {
  auto const attached = stable_->handle_server_hello(hello.link, hello.hello);
  stable_deadline_.reset();
  if (!attached) pass_on(session::input::ConduitLost{attached.error().detail});
}

// r[impl stable.reconnect.server-replay]
void Endpoint::on(input::ClientHello&& hello) {
  // Whatever came on a conduit that the session does not use would be acknowledged and dropped.
  if (session_.state() != session::SessionState::connected) {
    stable_->give_up("the session has given its stable conduit up");
  }
  auto const attached = stable_->answer_client_hello(hello.link, hello.hello, hello.fresh_key);
  stable_deadline_.reset();
  if (!attached) pass_on(session::input::ConduitLost{attached.error().detail});
}

void Endpoint::on(input::Written&& written) {
  // A stable conduit keeps what the session sends, which counts as written from there on.
  if (!stable_) pass_on(session::input::Written{written.through});
}

void Endpoint::on(input::Progress&&) {
  pass_on(session::input::Progress{});
}

void Endpoint::on(input::ReadingHeldUp&&) {
  pass_on(session::input::ReadingHeldUp{});
}

void Endpoint::on(input::Recovered&& recovered) {
  pass_on(session::input::Recovered{std::move(recovered.outcome)});
  if (session_.state() == session::SessionState::connected) {
    use_conduit(std::move(recovered.stable));
  }
}

void Endpoint::on(input::RecoveryFailed&& failed) {
  if (stable_ && stable_deadline_) {
    stable_deadline_.reset();
    return pass_on(session::input::ConduitLost{failed.error.text()});
  }
  pass_on(session::input::RecoveryFailed{std::move(failed.error)});
}

void Endpoint::on(input::DeadlineReached&&) {
  if (stable_deadline_ && now_ >= *stable_deadline_) {
    stable_deadline_.reset();
    std::string why = "no other link was found in time";
    if (stable_) stable_->give_up(why);
    pass_on(session::input::ConduitLost{std::move(why)});
  }
  if (auto* const any = any_operations()) any->expire(now_);
  if (operations_) take_store_requests(*operations_);
  pass_on(session::input::DeadlineReached{});
}

void Endpoint::on(input::Stored&& stored) {
  if (operations_) react(*operations_, operations_->stored(now_, stored.done));
}

// r[impl core.L2] r[impl core.M5]
std::expected<void, Refusal> Endpoint::resume(TimePoint now, session::HandshakeOutcome outcome,
                                              std::optional<conduit::StableConduit> stable) {
  advance(now);
  if (policy_.resume_replaces_link && session_.state() == session::SessionState::connected) {
    // One that is refused costs nothing of what stands.
    if (auto refusal =
            session::resume_refusal(session_.our_settings(), session_.peer_settings(), outcome)) {
      return std::unexpected(Refusal{session::Refusal{std::move(*refusal)}});
    }
    pass_on(session::input::ConduitLost{"the peer came back on another link"});
    settle();
  }
  auto resumed = session_.call(now_, session::command::Resume{std::move(outcome)});
  if (resumed) use_conduit(std::move(stable));
  settle();
  if (!resumed) return std::unexpected(Refusal{std::move(resumed.error())});
  return {};
}

std::optional<session::Transmit> Endpoint::poll_transmit(wire::Buffer& out) {
  if (stable_) return transmit_stable(out);
  return session_.poll_transmit(out);
}

// The session encodes straight into the replay buffer, which is the only copy until the link gets
// it.
std::optional<session::Transmit> Endpoint::transmit_stable(wire::Buffer& out) {
  for (;;) {
    if (auto const sent = stable_->poll_transmit(out)) {
      return session::Transmit{.token = sent->tag, .receipt = {}};
    }
    if (!stable_->can_send()) return std::nullopt;
    auto const message = session_.poll_transmit(stable_->begin());
    if (!message) {
      stable_->abandon();
      return std::nullopt;
    }
    if (stable_->commit(message->token)) {
      pass_on(session::input::Written{message->token});
    } else {
      pass_on(session::input::SendFailed{.token = message->token,
                                         .error = "the stable conduit does not take it"});
    }
    settle();
  }
}

void Endpoint::use_conduit(std::optional<conduit::StableConduit> stable) {
  stable_.reset();
  if (stable) stable_.emplace(std::move(*stable));
  stable_deadline_.reset();
  limit_messages();
}

// The frame of a message has to fit a payload, too: the session refuses what the conduit would.
void Endpoint::limit_messages() {
  auto const frame_max = options_.session.limits.frame_bytes_max;
  session_.limit_messages(stable_ ? stable_->message_bytes_max() : frame_max);
}

// ---- what the session says of its conduit ----

// r[impl core.B1]
void Endpoint::on(session::event::ConduitWanted&& wanted) {
  disconnect();
  put(wanted);
}

// r[impl core.B2]
void Endpoint::on(session::event::Disconnected&& disconnected) {
  disconnect();
  put(disconnected);
}

// The attempts of a link end with it, and so do all channels: those of the peer's calls at once,
// those of our calls when it is known whether the call is made again.
// r[impl retry.channel.disconnect.closes] r[impl retry.op-id.scope.resume]
void Endpoint::disconnect() {
  for (auto const token : requests_.tokens_if([](Request const&) { return true; })) {
    auto* const request = requests_.find(token);
    if (!policy_.link_loss_ends_attempts && !request->method->has_channels()) continue;
    if (request->operation) continue;  // by the table of operations
    request->is_answered = true;
    stop_handler(*request, HandlerStop::link_lost);
    retire(token);
  }
  auto const leave = [this](Operations& operations) {
    react(operations, operations.disconnect(now_));
  };
  if (operations_) leave(*operations_);
  for (auto const& [id, connection] : connections_) {
    if (connection->operations) leave(*connection->operations);
    connection->requests.clear();
    connection->early.clear();
    early_bytes_ -= std::exchange(connection->early_bytes, 0);
  }
  if (policy_.link_loss_ends_attempts) {
    for (auto const token :
         requests_.tokens_if([](Request const& request) { return !request.is_answered; })) {
      requests_.find(token)->is_answered = true;
      retire(token);
    }
  }
  bool const reading_goes_on = policy_.handlers_read_until_resume;
  channels_.for_each([this, reading_goes_on](Channel& channel) {
    auto const* const call = calls_.find(channel.call);
    if (call == nullptr && (channel.sends || !reading_goes_on)) {
      end_channel(channel, ChannelEnd::lost);
    }
  });
}

// r[impl core.B4] r[impl retry.reconnect.session-resume.evaluate]
void Endpoint::on(session::event::Resumed&& resumed) {
  if (operations_) {
    if (session_.resume_key()) operations_->renew_key(*session_.resume_key());
    react(*operations_, operations_->resume(now_));
  }
  std::vector<session::ConnectionId> ids;
  for (auto const& [id, connection] : connections_) {
    connection->plans.clear();
    if (connection->operations) {
      react(*connection->operations, connection->operations->resume(now_));
    }
    ids.push_back(id);
  }
  // Only now, so that a handler that reads is stopped before its channel ends.
  if (policy_.handlers_read_until_resume) {
    channels_.for_each([this](Channel& channel) {
      if (calls_.find(channel.call) == nullptr) end_channel(channel, ChannelEnd::lost);
    });
  }
  std::ranges::sort(ids);
  put(resumed);
  for (auto const id : ids) {
    if (auto* const connection = find(id)) {
      reconsider_calls(*connection, session_.peer_supports_retry());
    }
  }
}

}  // namespace vox::rpc
