// The requests that an endpoint serves.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_forward.hpp"
#include "impl/schema/translate.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vox::rpc {

namespace {

// Without a value and without an error of the method's own, the bytes are those of every method's
// response.
Bytes refusal_bytes(schema::VoxError<> error) {
  schema::Outcome<std::monostate> const outcome{std::unexpect, std::move(error)};
  return wire::encode_value(outcome);
}

Bytes bytes_of(Refuse kind, std::string detail) {
  switch (kind) {
    case Refuse::unknown_method:
      return refusal_bytes(schema::UnknownMethod{});
    case Refuse::invalid_payload:
      return refusal_bytes(schema::InvalidPayload{std::move(detail)});
    case Refuse::cancelled:
      return refusal_bytes(schema::Cancelled{});
    case Refuse::indeterminate:
      return refusal_bytes(schema::Indeterminate{});
  }
  std::unreachable();
}

// The outcome may have to be repeated, so the message shares it.
session::Body body_of(std::shared_ptr<SealedOutcome const> const& outcome) {
  return session::Body::Shared{outcome, &outcome->ret};
}

}  // namespace

std::size_t event::held_bytes(CallArrived const& call) {
  auto const came = call.metadata_backing.view();
  auto const args = call.backing.view();
  return came.size() + (args.data() == came.data() ? 0 : args.size());
}

// ---- a request arrives ----

// r[impl rpc.handler] r[impl rpc.unknown-method] r[impl rpc.schema-evolution]
void Endpoint::on(session::event::CallReceived&& received) {
  auto* const connection = find(received.connection_id);
  if (hold_or_hand_on(received, connection)) return;
  auto const* const method =
      connection->serves == nullptr ? nullptr : connection->serves->find(received.call.method_id);
  auto& request = requests_.add(connection->id, received.request_id, method);
  auto const token = request.token;
  connection->requests.insert_or_assign(received.request_id, token);
  connection->all_requests.insert(token);
  if (method == nullptr) return refuse(request, Refuse::unknown_method);

  event::CallArrived arrived{.request = token,
                             .connection_id = connection->id,
                             .method = method,
                             .metadata = received.call.metadata,
                             .metadata_backing = received.backing};
  if (auto read = read_args(*connection, request, received, arrived); !read) {
    return refuse(request, Refuse::invalid_payload, std::move(read.error()));
  }
  admit(request, std::move(arrived));
}

// The arguments as our own encoder would have written them, and our ends of their channels.
// r[impl schema.errors.call-level.callee] r[impl rpc.fallible.vox-error]
std::expected<void, std::string> Endpoint::read_args(Connection& connection, Request& request,
                                                     session::event::CallReceived const& received,
                                                     event::CallArrived& arrived) {
  auto const& limits = options_.session.limits;
  auto const reading = connection.plans.args(received.announced, *request.method);
  if (!reading) return std::unexpected(reading.error());
  if ((*reading)->plan.is_identity()) {
    arrived.args = received.call.args;
    arrived.backing = received.backing;
  } else {
    wire::Buffer translated;
    auto const done = schema::translate((*reading)->plan, received.call.args, translated,
                                        {.strictness = policy_.strictness, .limits = limits});
    if (!done) return std::unexpected(done.error().detail);
    arrived.backing = Backing{std::move(translated).take()};
    arrived.args = arrived.backing.view();
  }
  if (!request.method->has_channels()) return {};
  return bind_channels(connection, request, **reading, received.call.args, arrived);
}

// r[impl rpc.channel.binding] r[impl rpc.channel.binding.callee-args]
std::expected<void, std::string> Endpoint::bind_channels(Connection& connection, Request& request,
                                                         ReadingPlan const& reading,
                                                         ByteView remote_args,
                                                         event::CallArrived& arrived) {
  auto const& ours = request.method->channels();
  auto const local = ours.list(arrived.args);
  if (!local) return std::unexpected(local.error().detail);
  auto const remote = reading.remote_channels->list(remote_args);
  if (!remote) return std::unexpected(remote.error().detail);
  if (connection.channels.size() + local->size() > options_.session.limits.channels_max) {
    return std::unexpected("too many channels are open on this connection");
  }
  for (std::size_t i = 0; i < local->size(); ++i) {
    auto const id = (*local)[i].id;
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if ((*local)[earlier].id == id) return std::unexpected("two channels have the same id");
    }
    if (channels_.find(connection.id, id) != nullptr) {
      // A repeat may name the channels of the first attempt: it gets none of its own.
      // r[impl retry.duplicate.live.attach]
      if (repeats_operation(connection, arrived)) return {};
      return std::unexpected("the id of a channel is in use");
    }
  }
  std::vector<std::shared_ptr<schema::Plan const>> plans;
  for (auto const& [id, type] : *local) {
    auto const their = std::ranges::find(*remote, id, &schema::ValueChannel::id);
    if (their == remote->end()) return std::unexpected("a channel was lost in translation");
    auto plan = connection.plans.items(*request.method, their->type, type);
    if (!plan) return std::unexpected(std::move(plan.error()));
    plans.push_back(std::move(*plan));
  }
  for (std::size_t i = 0; i < local->size(); ++i) {
    auto const& [id, type] = (*local)[i];
    // The handler sends on a Tx and receives on an Rx.
    bool const sends = ours.types()[type].direction == shape::ChannelDirection::tx;
    auto& channel = channels_.add(connection.id, id, sends);
    channel.bound = true;
    channel.type = type;
    if (!sends) channel.plan = std::move(plans[i]);
    connection.channels.insert(channel.ref);
    connection.named_channels = std::max(connection.named_channels, id);
    arrived.channels.push_back(channel.ref);
    deliver_early(connection, channel);
  }
  return {};
}

// Whether the attempt's operation runs or is over, so that no handler starts for it.
bool Endpoint::repeats_operation(Connection const& connection,
                                 event::CallArrived const& arrived) const {
  auto const id = arrived.metadata.number(key::operation_id);
  if (!id) return false;
  auto const state = (operations_ ? *operations_ : *connection.operations).state(*id);
  return state == OperationState::live || state == OperationState::sealed;
}

// r[impl retry.op-id] r[impl retry.op-id.payload-binding]
void Endpoint::admit(Request& request, event::CallArrived arrived) {
  auto const id = arrived.metadata.number(key::operation_id);
  auto* const operations = operations_ ? &*operations_ : &*find(request.connection_id)->operations;
  if (!id) return start_handler(request, std::move(arrived));
  // Those that have a handler count with it; what joins one counts nowhere else.
  if (requests_.size() > options_.session.limits.operations_max &&
      operations->state(*id) == OperationState::live) {
    for (auto const ref : arrived.channels) {
      if (auto* const channel = channels_.find(ref)) forget_channel(*channel);
    }
    return refuse(request, Refuse::invalid_payload, "too many requests wait for operations");
  }
  auto payload = arrived.args;
  if (policy_.compares_without_channel_ids && request.method->has_channels()) {
    scratch_.clear();
    if (request.method->channels().strip(arrived.args, scratch_)) payload = scratch_.view();
  }
  auto const token = request.token;
  auto const admission = operations->admit(now_, *id, request.method->operation(), payload, token);
  take_store_requests(*operations);
  // A request that gets no handler of its own has no use for its channels.
  auto const drop_channels = [&] {
    for (auto const ref : arrived.channels) {
      if (auto* const channel = channels_.find(ref)) forget_channel(*channel);
    }
  };
  switch (admission.kind) {
    case AdmissionKind::run:
      request.operation = id;
      return start_handler(request, std::move(arrived));
    case AdmissionKind::run_untracked:
      return start_handler(request, std::move(arrived));
    case AdmissionKind::run_later:
      request.operation = id;
      request.arrived = std::make_unique<event::CallArrived>(std::move(arrived));
      return;
    case AdmissionKind::join:
      request.operation = id;
      return drop_channels();
    case AdmissionKind::replay:
      // What went over the first attempt's channels is not known any more, so that nobody uses
      // those that the repeat names: whoever reads from them is told. r[impl
      // retry.channel.sealed-result]
      if (policy_.ends_channels_of_replays) {
        for (auto const ref : arrived.channels)
          end_unused_channel(ref);
      } else {
        drop_channels();
      }
      answer(request, body_of(admission.outcome), {}, admission.outcome->type);
      return retire(token);
    case AdmissionKind::indeterminate:
      drop_channels();
      return refuse(request, Refuse::indeterminate);
    case AdmissionKind::conflict:
      drop_channels();
      return refuse(request, Refuse::invalid_payload, "operation ID conflict");
    case AdmissionKind::expired:
      drop_channels();
      return refuse(request, Refuse::indeterminate);
    case AdmissionKind::full:
      drop_channels();
      return refuse(request, Refuse::invalid_payload, "too many operations are remembered");
  }
}

void Endpoint::end_unused_channel(ChannelRef ref) {
  auto const* const channel = channels_.find(ref);
  if (channel == nullptr) return;
  if (channel->sends) {
    command::CloseChannel close{.channel = ref};
    static_cast<void>(on(close));
  } else {
    command::ReleaseChannel release{.channel = ref};
    static_cast<void>(on(release));
  }
}

void Endpoint::start_handler(Request& request, event::CallArrived&& arrived) {
  request.has_handler = true;
  auto const bytes = event::held_bytes(arrived);
  put(std::move(arrived), bytes);
}

void Endpoint::stop_handler(Request& request, HandlerStop why) {
  if (!request.has_handler || std::exchange(request.is_stopped, true)) return;
  put(event::HandlerStopped{.request = request.token, .why = why});
}

// ---- the peer cancels ----

// r[impl rpc.cancel] r[impl rpc.cancel.channels]
void Endpoint::on(session::event::CancelReceived&& received) {
  auto* const connection = find(received.connection_id);
  if (hold_or_hand_on(received, connection)) return;
  auto const found = connection->requests.find(received.request_id);
  if (found == connection->requests.end()) return;
  auto* const request = requests_.find(found->second);
  if (auto* const operations = operations_of(*request)) {
    return react(*operations, operations->cancel(now_, *request->operation, request->token));
  }
  if (request->method->operation().persistent) return;
  stop_handler(*request, HandlerStop::cancelled);
  refuse(*request, Refuse::cancelled);
}

// ---- the handler ends ----

// r[impl rpc.response] r[impl retry.seal.return]
Endpoint::Result Endpoint::on(command::Respond& respond) {
  auto* const request = requests_.find(respond.request);
  if (request == nullptr || !request->has_handler) return refused(Misuse::request_unknown);
  return end_handler(*request, std::move(respond.ret), respond.metadata,
                     request->method->response_schemas());
}

Endpoint::Result Endpoint::on(command::RefuseArguments& refuse) {
  auto* const request = requests_.find(refuse.request);
  if (request == nullptr || !request->has_handler) return refused(Misuse::request_unknown);
  return end_handler(*request, bytes_of(Refuse::invalid_payload, std::move(refuse.reason)), {},
                     refusal_schemas(*request, Refuse::invalid_payload));
}

Endpoint::Result Endpoint::end_handler(Request& request, Bytes ret, wire::MetadataView metadata,
                                       session::SharedSchemas const& schemas) {
  request.has_handler = false;
  auto const token = request.token;
  if (auto* const operations = operations_of(request)) {
    react(*operations, operations->seal(now_, *request.operation, token, std::move(ret), schemas));
  } else if (!request.is_answered) {
    answer(request, std::move(ret), metadata, schemas);
  }
  retire(token);
  forget_session_if_over();
  return Accepted{};
}

Endpoint::Result Endpoint::on(command::Drop& drop) {
  auto* const request = requests_.find(drop.request);
  if (request == nullptr || !request->has_handler) return refused(Misuse::request_unknown);
  request->has_handler = false;
  auto const token = request->token;
  if (auto* const operations = operations_of(*request)) {
    react(*operations, operations->drop(now_, *request->operation, token));
  } else if (!request->is_answered) {
    bool const is_lost = request->method->operation().persistent;
    refuse(*request, is_lost ? Refuse::indeterminate : Refuse::cancelled);
  }
  retire(token);
  forget_session_if_over();
  return Accepted{};
}

// A request is forgotten once its attempt is over and its handler has ended.
void Endpoint::retire(RequestToken token) {
  auto const* const request = requests_.find(token);
  if (request == nullptr || request->has_handler || request->arrived) return;
  if (!request->is_answered) return;
  if (auto* const connection = find(request->connection_id)) connection->all_requests.erase(token);
  requests_.remove(token);
}

// Their connection is closed: nobody can be answered, and handlers are stopped.
void Endpoint::leave_requests(Connection const& connection) {
  std::vector<RequestToken> tokens{connection.all_requests.begin(), connection.all_requests.end()};
  std::ranges::sort(tokens);
  for (auto const token : tokens) {
    auto* request = requests_.find(token);
    if (request == nullptr) continue;
    request->is_answered = true;
    if (auto* const operations = operations_of(*request)) {
      react(*operations, operations->leave(now_, *request->operation, token));
      request = requests_.find(token);
      // The next connection of this id counts its operations anew.
      if (request != nullptr && !operations_) request->operation.reset();
    } else {
      stop_handler(*request, HandlerStop::connection_closed);
    }
    if (request != nullptr) retire(token);
  }
}

// ---- operations ----

Operations* Endpoint::operations_of(Request const& request) {
  if (!request.operation) return nullptr;
  if (operations_) return &*operations_;
  auto* const connection = find(request.connection_id);
  return connection == nullptr ? nullptr : &*connection->operations;
}

void Endpoint::take_store_requests(Operations& operations) {
  while (auto request = operations.poll_store_request()) {
    put(event::StoreWanted{std::move(*request)});
  }
}

// r[impl retry.duplicate.live.attach] r[impl rpc.response.one-per-request]
void Endpoint::react(Operations& operations, Reaction const& reaction) {
  for (auto const& [attempt, what] : reaction.answers) {
    auto* const request = requests_.find(attempt);
    if (request == nullptr) continue;
    switch (what) {
      case OperationAnswer::outcome:
        answer(*request, body_of(reaction.outcome), {}, reaction.outcome->type);
        break;
      case OperationAnswer::cancelled:
        if (policy_.answers_cancelled_twice) request->is_answered = false;
        refuse(*request, Refuse::cancelled);
        break;
      case OperationAnswer::indeterminate:
        refuse(*request, Refuse::indeterminate);
        break;
      case OperationAnswer::refused:
        refuse(*request, Refuse::invalid_payload, "the operation could not be stored");
        break;
    }
    retire(attempt);
  }
  for (auto const token : reaction.run) {
    auto* const request = requests_.find(token);
    if (request == nullptr || !request->arrived) continue;
    auto arrived = std::exchange(request->arrived, nullptr);
    start_handler(*request, std::move(*arrived));
  }
  for (auto const token : reaction.discard) {
    auto* const request = requests_.find(token);
    if (request == nullptr) continue;
    request->arrived.reset();
    request->is_answered = true;
    retire(token);
  }
  for (auto const token : reaction.stop) {
    if (auto* const request = requests_.find(token)) {
      stop_handler(*request, HandlerStop::cancelled);
    }
  }
  take_store_requests(operations);
}

// ---- answers ----

// 0.4.0 announces a refusal of arguments without the method's own error, and whatever else is no
// answer of the method as the answer to an unknown one.
// r[impl schema.exchange.callee]
session::SharedSchemas Endpoint::refusal_schemas(Request const& request, Refuse kind) const {
  if (request.method == nullptr) return unknown_method_schemas();
  bool const is_whole = policy_.announces_whole_response || kind != Refuse::invalid_payload;
  return is_whole ? request.method->response_schemas() : request.method->infallible_schemas();
}

void Endpoint::refuse(Request& request, Refuse kind, std::string detail) {
  auto const token = request.token;
  answer(request, bytes_of(kind, std::move(detail)), {}, refusal_schemas(request, kind));
  retire(token);
}

void Endpoint::answer(Request& request, session::Body ret, wire::MetadataView metadata,
                      session::SharedSchemas const& schemas) {
  if (request.is_answered) return;
  request.is_answered = true;
  if (auto* const connection = find(request.connection_id)) {
    auto const found = connection->requests.find(request.id);
    if (found != connection->requests.end() && found->second == request.token) {
      connection->requests.erase(found);
    }
  }
  auto const payload_max = options_.session.limits.frame_bytes_max;
  if (ret.size() > payload_max) {
    ret = bytes_of(Refuse::invalid_payload, "the answer has " + std::to_string(ret.size()) +
                                                " bytes, more than the " +
                                                std::to_string(payload_max) + " of a payload");
  }
  send_answer({.connection_id = request.connection_id,
               .request_id = request.id,
               .ret = std::move(ret),
               .schemas = schemas},
              metadata);
}

// A method whose type no payload can announce is answered like an unknown one: that type is small,
// and it is the only one that the connection ever has for the method.
void Endpoint::refuse_type(PendingAnswer& pending) {
  pending.ret = bytes_of(Refuse::invalid_payload,
                         "the type of the answer takes more bytes than a payload may have");
  pending.schemas = unknown_method_schemas();
}

// What does not fit is answered in a smaller way. False if there is none.
bool Endpoint::make_smaller(PendingAnswer& pending, session::Misuse misuse) {
  if (misuse == session::Misuse::too_large) {
    pending.ret = bytes_of(Refuse::invalid_payload, "the answer is larger than a payload may be");
    return true;
  }
  if (misuse != session::Misuse::announcement_too_large) return false;
  auto* const connection = find(pending.connection_id);
  auto const method = session_.unanswered_method(pending.connection_id, pending.request_id);
  if (connection != nullptr && method) connection->unannounceable.insert(*method);
  refuse_type(pending);
  return true;
}

// An answer that the session has no room for becomes one that is small and waits; one that has no
// link waits as far as there is room.
void Endpoint::send_answer(PendingAnswer&& pending, wire::MetadataView metadata) {
  auto const* const connection = find(pending.connection_id);
  if (connection != nullptr && !connection->unannounceable.empty()) {
    auto const method = session_.unanswered_method(pending.connection_id, pending.request_id);
    if (method && connection->unannounceable.contains(*method)) refuse_type(pending);
  }
  // The answer itself, a refusal of its size, and one of its type.
  constexpr int sizes = 3;
  for (int size = 0; size < sizes; ++size) {
    session::Command command =
        session::command::SendResponse{.connection_id = pending.connection_id,
                                       .request_id = pending.request_id,
                                       .metadata = metadata,
                                       .ret = std::move(pending.ret),
                                       .schemas = pending.schemas};
    auto const sent = session_.call(now_, std::move(command));
    if (sent) return;
    pending.ret = std::move(std::get<session::command::SendResponse>(command).ret);
    auto const* const misuse = sent.error().misuse();
    if (misuse != nullptr && make_smaller(pending, *misuse)) continue;
    if (!Refusal{sent.error()}.may_pass()) return;  // The connection, or the session, is gone.
    if (held_bytes() + pending.ret.size() > options_.session.limits.session_bytes_max) {
      pending.ret = bytes_of(Refuse::indeterminate, {});
    }
    answer_bytes_ += pending.ret.size();
    answers_.push_back(std::move(pending));
    return;
  }
  // Payloads that cannot even take a refusal are of no use to a caller.
  static_cast<void>(
      session_.call(now_, session::command::Shutdown{.cause = session::EndCause::failed}));
}

}  // namespace vox::rpc
