// What an endpoint does with the operations of the requests that it serves.
#include "impl/rpc/endpoint.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace vox::rpc {

namespace {

// The outcome may have to be repeated, so the message shares it.
session::Body body_of(std::shared_ptr<SealedOutcome const> const& outcome) {
  return session::Body::Shared{outcome, &outcome->ret};
}

}  // namespace

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
  // A request that gets no handler of its own has no use for its channels.
  auto const drop_channels = [&] {
    for (auto const ref : arrived.channels) {
      if (auto* const channel = channels_.find(ref)) forget_channel(*channel);
    }
  };
  // Those that have a handler count with it; what joins one counts nowhere else.
  if (requests_.size() > options_.session.limits.operations_max &&
      operations->state(*id) == OperationState::live) {
    drop_channels();
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
      answer(request, body_of(admission.outcome), admission.outcome->metadata,
             admission.outcome->type);
      return retire(token);
    case AdmissionKind::indeterminate:
    case AdmissionKind::expired:
      drop_channels();
      return refuse(request, Refuse::indeterminate);
    case AdmissionKind::conflict:
      drop_channels();
      return refuse(request, Refuse::invalid_payload, "operation ID conflict");
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
        answer(*request, body_of(reaction.outcome), reaction.outcome->metadata,
               reaction.outcome->type);
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

// Nobody can come back to a session that has ended, so that nobody asks for its operations. While a
// handler runs its operation stays, for its outcome to be stored.
// r[impl retry.op-id.scope]
void Endpoint::forget_session_if_over() {
  if (!is_over_for_good_ || !operations_ || operations_->running() > 0) return;
  operations_->forget_session();
  take_store_requests(*operations_);
}

}  // namespace vox::rpc
