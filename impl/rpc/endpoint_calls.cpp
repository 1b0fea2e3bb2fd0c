// The calls that an endpoint makes.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_forward.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vox::rpc {

namespace {

// What is kept of the buffers of arguments, so that calls which may be repeated allocate nothing.
constexpr std::size_t spare_max = 64;
// Arguments up to this size are copied for the message that carries them. Larger ones are shared
// with it, at the cost of one allocation.
constexpr std::size_t copied_bytes_max = 4uz << 10;

}  // namespace

std::size_t held_bytes(CallAnswer const& answer) {
  auto const came = answer.metadata_backing.view();
  auto const ret = answer.backing.view();
  return came.size() + (ret.data() == came.data() ? 0 : ret.size());
}

// The arguments for the message, as a copy or shared; the call keeps them as well.
session::Body Endpoint::args_to_send(session::Body& args) {
  if (args.size() > copied_bytes_max) return args.share();
  Bytes copy;
  if (!spare_.empty()) {
    copy = std::move(spare_.back());
    spare_.pop_back();
  }
  auto const bytes = args.view();
  copy.assign(bytes.begin(), bytes.end());
  return copy;
}

void Endpoint::keep_spare(Bytes bytes) {
  bool const is_of_use = bytes.capacity() > 0 && bytes.capacity() <= copied_bytes_max;
  if (is_of_use && spare_.size() < spare_max) spare_.push_back(std::move(bytes));
}

// r[impl rpc.request] r[impl rpc.caller] r[impl retry.op-id.uniqueness]
Endpoint::Result Endpoint::on(command::Call& wanted) {
  auto* const connection = find(wanted.connection_id);
  if (connection == nullptr) return refused(Misuse::connection_unknown);
  auto const& limits = options_.session.limits;
  if (connection->waiting_calls.size() >= limits.calls_waiting_max ||
      held_bytes() >= limits.session_bytes_max || calls_.bytes() >= limits.session_bytes_max) {
    return refused(Misuse::calls_exhausted);
  }
  if (wanted.args.size() > limits.frame_bytes_max) {
    return std::unexpected(Refusal{session::Refusal{session::Misuse::too_large}});
  }
  boost::container::small_vector<ChannelRef, 2> channels;
  if (wanted.method->has_channels()) {
    auto const named = wanted.method->channels().list(wanted.args);
    if (!named) return refused(Misuse::arguments_malformed);
    for (auto const& [id, type] : *named) {
      auto* const channel = channels_.find(connection->id, id);
      if (channel == nullptr || channel->bound || channel->type != type) {
        return refused(Misuse::channel_unknown);
      }
      channels.push_back(channel->ref);
    }
  }
  auto& call = calls_.add(connection->id, *wanted.method);
  for (auto const ref : channels) {
    auto& channel = *channels_.find(ref);
    channel.bound = true;
    channel.call = call.id;
  }
  call.channels = std::move(channels);
  calls_.count_args(call, wanted.args.size());
  call.args = std::move(wanted.args);
  if (!wanted.metadata.empty()) call.metadata = wire::Metadata{wanted.metadata};
  // By this number the peer knows a repetition from a new call.
  if (session_.peer_supports_retry()) {
    call.operation =
        policy_.operations_of_session ? next_operation_id_++ : connection->next_operation_id++;
  }
  auto const id = call.id;
  connection->waiting_calls.push() = id;
  flush_calls(*connection);
  return Accepted{id};
}

wire::MetadataView Endpoint::metadata_of(Call const& call) {
  metadata_.clear();
  if (policy_.marks_channel_retry && call.method->has_channels()) {
    auto const mode = std::uint64_t{call.method->operation().idempotent ? 2U : 1U};
    metadata_.add({.key = key::channel_retry_mode, .value = mode, .flags = 0});
  }
  for (auto const& entry : call.metadata.view())
    metadata_.add(entry);
  if (call.operation) {
    metadata_.add({.key = key::operation_id, .value = *call.operation, .flags = 0});
  }
  return metadata_;
}

// Calls of one connection go out in the order in which they were made, and those of one connection
// hold up no other.
// r[impl rpc.flow-control.max-concurrent-requests.outbound]
void Endpoint::flush_calls(Connection& connection) {
  auto& waiting = connection.waiting_calls;
  auto tried = Tried::sent;
  while (!waiting.empty()) {
    if (auto* const call = calls_.find(waiting.front())) tried = try_call(connection, *call);
    if (tried == Tried::waits || tried == Tried::waits_for_peer) break;
    waiting.pop();
  }
  // A response, or a request that does not go out, makes room for what waits for the peer.
  if (waiting.empty() || tried == Tried::waits_for_peer) return;
  if (!std::exchange(connection.calls_want_room, true)) {
    with_waiting_calls_.push_back(connection.id);
  }
}

Endpoint::Tried Endpoint::try_call(Connection& connection, Call& call) {
  if (call.request_id == 0) {
    auto const id = connection.request_ids.allocate();
    if (!id) {
      finish_call(call.id, std::unexpected(CallError{.failure = CallFailure::send_failed,
                                                     .detail = "no request id is left"}));
      return Tried::failed;
    }
    call.request_id = *id;
  }
  // A call that may have to be sent again keeps its arguments.
  auto const& session = options_.session;
  bool const may_repeat = session.has_recoverer || session.is_registered;
  session::Command command = session::command::SendCall{
      .connection_id = connection.id,
      .request_id = call.request_id,
      .method_id = call.method->id(),
      .metadata = metadata_of(call),
      .args = may_repeat ? args_to_send(call.args) : std::move(call.args),
      .schemas = call.method->args_schemas()};
  auto const sent = session_.call(now_, std::move(command));
  if (!sent) {
    auto& args = std::get<session::command::SendCall>(command).args;
    if (!may_repeat) {
      call.args = std::move(args);
    } else {
      keep_spare(args.release());
    }
    Refusal const refusal{sent.error()};
    auto const* const misuse = sent.error().misuse();
    if (misuse != nullptr && *misuse == session::Misuse::requests_exhausted) {
      return Tried::waits_for_peer;
    }
    if (refusal.may_pass()) return Tried::waits;
    finish_call(call.id, std::unexpected(CallError{.failure = CallFailure::send_failed,
                                                   .detail = refusal.text()}));
    return Tried::failed;
  }
  calls_.count_args(call, call.args.size());
  call.state = CallState::sent;
  connection.calls.insert_or_assign(call.request_id, call.id);
  for (auto const ref : call.channels) {
    auto* const channel = channels_.find(ref);
    if (channel != nullptr && channel->sends) put(event::ChannelWritable{.channel = ref});
  }
  if (auto const cancel = std::exchange(call.cancel, std::nullopt)) {
    static_cast<void>(session_.call(
        now_,
        session::command::SendCancel{
            .connection_id = connection.id, .request_id = call.request_id, .metadata = *cancel}));
  }
  return Tried::sent;
}

void Endpoint::finish_call(CallId id, CallOutcome outcome) {
  auto* const call = calls_.find(id);
  if (call == nullptr) return;
  auto const connection_id = call->connection_id;
  bool const failed = !outcome;
  for (auto const ref : call->channels) {
    auto* const channel = channels_.find(ref);
    if (channel == nullptr) continue;
    channel->call = 0;
    // A call that failed here has no handler that could use its channels.
    if (failed) end_channel(*channel, ChannelEnd::lost);
  }
  keep_spare(call->args.release());
  calls_.remove(id);
  auto const bytes = outcome ? rpc::held_bytes(*outcome) : outcome.error().detail.size();
  put(event::CallDone{.call = id, .connection_id = connection_id, .outcome = std::move(outcome)},
      bytes);
}

void Endpoint::fail_calls(Connection& connection, CallError const& error) {
  std::vector<CallId> ids;
  for (auto const& [request_id, id] : connection.calls)
    ids.push_back(id);
  for (auto& waiting = connection.waiting_calls; !waiting.empty(); waiting.pop())
    ids.push_back(waiting.front());
  std::ranges::sort(ids);
  for (auto const id : ids)
    finish_call(id, std::unexpected(error));
}

// r[impl rpc.cancel]
Endpoint::Result Endpoint::on(command::Cancel& cancel) {
  auto* const call = calls_.find(cancel.call);
  if (call == nullptr) return refused(Misuse::call_unknown);
  if (call->state == CallState::sent) {
    return forward(session::command::SendCancel{.connection_id = call->connection_id,
                                                .request_id = call->request_id,
                                                .metadata = cancel.metadata});
  }
  call->cancel.emplace(cancel.metadata);
  return Accepted{};
}

// ---- what the session says of our calls ----

void Endpoint::on(session::event::NotSent&& unsent) {
  auto const& receipt = unsent.receipt;
  auto* const connection = find(receipt.connection_id);
  // An answer or an item that does not fit is refused when it is given; what is lost with its link
  // or connection ends with them.
  if (connection == nullptr || receipt.kind != session::SendKind::call) return;
  auto const found = connection->calls.find(receipt.id);
  if (found == connection->calls.end()) return;
  auto* const call = calls_.find(found->second);
  switch (unsent.reason) {
    case session::NotSentReason::conduit_lost:
      call->state = CallState::unsent;
      return;
    case session::NotSentReason::unconfirmed:
    case session::NotSentReason::connection_closed:
      return;  // The resume, or the end of the connection, decides.
    case session::NotSentReason::send_failed:
      break;
  }
  auto const id = found->second;
  connection->calls.erase(found);
  finish_call(id, std::unexpected(CallError{.failure = CallFailure::send_failed,
                                            .detail = "the request did not go out"}));
  flush_calls(*connection);
}

// r[impl rpc.response]
void Endpoint::on(session::event::ResponseReceived&& received) {
  auto* const connection = find(received.connection_id);
  if (hold_or_hand_on(received, connection)) return;
  auto const found = connection->calls.find(received.request_id);
  // 0.4.0 drops what nobody waits for. It makes room for another call all the same.
  if (found == connection->calls.end()) return flush_calls(*connection);
  auto const id = found->second;
  connection->calls.erase(found);
  auto const& method = *calls_.find(id)->method;
  finish_call(id, read_response(*connection, method, received));
  flush_calls(*connection);
}

// r[impl schema.errors.call-level.caller]
CallOutcome Endpoint::read_response(Connection& connection, Method const& method,
                                    session::event::ResponseReceived const& received) {
  auto const unreadable = [](std::string detail) {
    return std::unexpected(
        CallError{.failure = CallFailure::invalid_response, .detail = std::move(detail)});
  };
  auto announced = received.announced;
  if (!received.method_id) {
    // In 0.4.0 a session forgets at a resume which calls it sent; an answer may come all the same.
    auto const* const types = session_.received_schemas(connection.id);
    if (types != nullptr) {
      announced = types->announced(
          {.method_id = method.id(), .direction = wire::BindingDirection::response});
    }
  }
  auto const plan = connection.plans.response(announced, method);
  if (!plan) return unreadable(plan.error());
  CallAnswer answer{.backing = received.backing,
                    .ret = received.response.ret,
                    .metadata = received.response.metadata,
                    .metadata_backing = received.backing};
  if ((*plan)->plan.is_identity()) return answer;
  wire::Buffer translated;
  auto const done =
      schema::translate((*plan)->plan, received.response.ret, translated,
                        {.strictness = policy_.strictness, .limits = options_.session.limits});
  if (!done) return unreadable(done.error().detail);
  answer.backing = Backing{std::move(translated).take()};
  answer.ret = answer.backing.view();
  return answer;
}

// ---- after a resume ----

// What is in flight when a session goes on over another link: calls that never went out do so now;
// those that did are made again if the peer can tell a repetition, or end as indeterminate.
// r[impl retry.reconnect.session-resume.terminate] r[impl retry.layers.no-silent-retry]
// r[impl retry.op-id.uniqueness]
void Endpoint::reconsider_calls(Connection& connection, bool peer_supports_retry) {
  std::vector<CallId> in_flight;
  for (auto const& [request_id, id] : connection.calls)
    in_flight.push_back(id);
  std::ranges::sort(in_flight);
  std::vector<CallId> again;
  for (auto const id : in_flight) {
    auto& call = *calls_.find(id);
    bool const went_out = call.state != CallState::unsent;
    auto const& method = call.method->operation();
    if (went_out && !peer_supports_retry && !policy_.gives_up_unrepeatable_calls) {
      call.state = CallState::stuck;
      continue;
    }
    connection.calls.erase(call.request_id);
    bool repeats = !went_out || (peer_supports_retry && call.operation);
    if (went_out && method.has_channels) repeats = repeats && method.idempotent;
    if (repeats && method.has_channels) repeats = repeat_on_fresh_channels(connection, call);
    if (!repeats) {
      finish_call(id, std::unexpected(CallError{.failure = went_out ? CallFailure::indeterminate
                                                                    : CallFailure::send_failed,
                                                .detail = "the link was lost"}));
      continue;
    }
    call.state = CallState::waiting;
    again.push_back(id);
  }
  // They go before what was made later.
  while (!connection.waiting_calls.empty()) {
    again.push_back(connection.waiting_calls.front());
    connection.waiting_calls.pop();
  }
  std::ranges::sort(again);
  for (auto const id : again)
    connection.waiting_calls.push() = id;
  flush_calls(connection);
}

// An idempotent call is made again with channels of its own: nothing of the old ones goes on. What
// we sent on one cannot be sent again, since its items are gone.
// r[impl retry.channel.volatile.rebinding] r[impl retry.channel.volatile.rebinding.fresh]
bool Endpoint::repeat_on_fresh_channels(Connection& connection, Call& call) {
  for (auto const ref : call.channels) {
    auto const* const channel = channels_.find(ref);
    if (channel == nullptr || !channel->sends) continue;
    if (call.state != CallState::unsent || channel->credit != initial_credit) return false;
  }
  wire::Buffer args;
  auto const rewritten = call.method->channels().rewrite(
      call.args.view(), args, [&](schema::ValueChannel const& named) -> std::uint64_t {
        auto const fresh = free_channel_id(connection);
        if (!fresh) return named.id;
        auto* const channel = channels_.find(connection.id, named.id);
        if (channel == nullptr) return *fresh;  // The application has let go of its end.
        channels_.rebind(*channel, *fresh);
        channel->window = initial_credit;
        channel->receivable = initial_credit;
        channel->consumed = 0;
        channel->credit = initial_credit;
        return *fresh;
      });
  if (!rewritten) return false;
  call.args = std::move(args).take();
  return true;
}

}  // namespace vox::rpc
