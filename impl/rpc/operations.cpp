#include "impl/rpc/operations.hpp"

#include "impl/rpc/payload_digest.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <utility>

namespace vox::rpc {

namespace {

OperationEvent event_of(StoreDone const& done) {
  switch (done.result) {
    case StoreResult::stored:
      return OperationEvent::stored;
    case StoreResult::refused:
      return OperationEvent::store_refused;
    case StoreResult::recovered:
      return done.outcome ? OperationEvent::store_recovered : OperationEvent::store_failed;
    case StoreResult::failed:
      return OperationEvent::store_failed;
  }
  std::unreachable();
}

}  // namespace

Operations::Operations(OperationsOptions options)
    : options_{std::move(options)},
      budget_{options_.budget ? options_.budget : std::make_shared<OperationBudget>()},
      expired_{options_.limits.operations_max} {}

Operations::~Operations() {
  for (auto const& [id, record] : by_id_) {
    if (record->is_linked()) list_of(*record).erase(OperationList::s_iterator_to(*record));
  }
  budget_->records -= by_id_.size();
  budget_->outcome_bytes -= outcome_bytes_;
  budget_->expired_ranges -= expired_.ranges();
}

void Operations::restore(TimePoint now, std::span<StoredOperation const> operations) {
  VOX_ASSERT(by_id_.empty());
  session_kept_ = true;
  for (auto const& stored : operations) {
    auto& record = make_record(stored.operation, stored.method, stored.digest);
    if (stored.outcome) hold_outcome(record, stored.outcome);
    enter(now, record, stored.outcome ? OperationPhase::sealed : OperationPhase::indeterminate);
  }
}

Admission Operations::admit(TimePoint now, OperationId id, OperationMethod const& method,
                            ByteView payload, RequestToken attempt) {
  VOX_ASSERT(method.possible());
  VOX_ASSERT(attempt != 0);
  using enum OperationEvent;
  auto const kind = class_of(method);
  auto const* const fresh =
      find_transition(options_.rulebook, kind, OperationPhase::absent, attempt_same);
  if (fresh->action == OperationAction::run_untracked) return {AdmissionKind::run_untracked};
  expire(now);
  // r[impl retry.op-id.payload-binding]
  auto const digest = [&] {
    return is_persistent(kind) ? durable_digest(payload) : memory_digest(payload);
  };
  if (auto* const record = find(id)) {
    bool const same = record->method == method && record->digest == digest();
    return admit_attempt(now, *record, same ? attempt_same : attempt_other, attempt);
  }
  if (expired_.contains(id)) {
    auto const* const known =
        find_transition(options_.rulebook, kind, OperationPhase::expired, attempt_same);
    VOX_ASSERT(known != nullptr);
    VOX_ASSERT(known->action == OperationAction::refuse_expired);
    return {AdmissionKind::expired};
  }
  if (!make_room(1, 1)) return {AdmissionKind::full};
  return admit_attempt(now, make_record(id, method, digest()), attempt_same, attempt);
}

Reaction Operations::seal(TimePoint now, OperationId id, RequestToken execution, Bytes ret,
                          std::shared_ptr<schema::SchemaPayload const> type,
                          wire::MetadataView metadata) {
  expire(now);
  Reaction reaction;
  auto* const record = find_execution(id, execution);
  if (record == nullptr) return reaction;  // It was given up, and the return is nobody's.
  auto event = OperationEvent::returned;
  if (record->phase == OperationPhase::live) {
    if (!make_room(0, ret.capacity() + metadata.encoded_bytes())) {
      event = OperationEvent::returned_excess;
    }
    set_outcome(*record, std::move(ret), std::move(type), metadata);
  }
  apply(now, *record, event, 0, reaction);
  return reaction;
}

Reaction Operations::drop(TimePoint now, OperationId id, RequestToken execution) {
  expire(now);
  Reaction reaction;
  if (auto* const record = find_execution(id, execution))
    apply(now, *record, OperationEvent::dropped, 0, reaction);
  return reaction;
}

Reaction Operations::cancel(TimePoint now, OperationId id, RequestToken attempt) {
  expire(now);
  Reaction reaction;
  if (auto* const record = find_attempt(id, attempt)) {
    bool const last = record->attempts.size() == 1;
    apply(now, *record, last ? OperationEvent::cancel_last : OperationEvent::cancel_one, attempt,
          reaction);
  }
  return reaction;
}

Reaction Operations::leave(TimePoint now, OperationId id, RequestToken attempt) {
  expire(now);
  Reaction reaction;
  if (auto* const record = find_attempt(id, attempt)) {
    bool const last = record->attempts.size() == 1;
    apply(now, *record, last ? OperationEvent::leave_last : OperationEvent::leave_one, attempt,
          reaction);
  }
  return reaction;
}

Reaction Operations::disconnect(TimePoint now) {
  return apply_to_all(now, OperationEvent::disconnected);
}

// r[impl retry.op-id.scope.resume] r[impl retry.reconnect.session-resume]
Reaction Operations::resume(TimePoint now) {
  return apply_to_all(now, OperationEvent::resumed);
}

Reaction Operations::end(TimePoint now) {
  return apply_to_all(now, OperationEvent::session_over);
}

Reaction Operations::stored(TimePoint now, StoreDone const& done) {
  expire(now);
  Reaction reaction;
  auto* const record = find(done.operation);
  if (record == nullptr || record->store_number != done.number) return reaction;
  record->store_number = 0;
  auto const event = event_of(done);
  if (event == OperationEvent::store_recovered && record->phase == OperationPhase::admitting)
    hold_outcome(*record, done.outcome);
  apply(now, *record, event, 0, reaction);
  return reaction;
}

void Operations::renew_key(ResumeKey const& key) {
  options_.resume_key = key;
  if (session_kept_) ask(store_request::KeepSession{key, options_.context});
}

void Operations::forget_session() {
  if (!session_kept_) return;
  session_kept_ = false;
  ask(store_request::ForgetSession{});
}

std::optional<StoreRequest> Operations::poll_store_request() {
  if (requests_.empty()) return std::nullopt;
  std::optional<StoreRequest> request{std::move(requests_.front())};
  requests_.pop_front();
  return request;
}

// r[impl retry.gc.ttl]
void Operations::expire(TimePoint now) {
  auto const is_due = [&](OperationList const& list) {
    return !list.empty() && now - list.front().over_since >= options_.retry_window;
  };
  auto& in_memory = budget_->over_in_memory;
  while (is_due(in_memory))
    in_memory.front().table->forget(in_memory.front());
  store_request::Forget forgotten;
  auto& durable = budget_->over_durable;
  while (is_due(durable)) {
    auto& oldest = durable.front();
    forgotten.operations.push_back(oldest.id);
    oldest.table->forget(oldest);
  }
  if (options_.durable && !forgotten.operations.empty()) ask(std::move(forgotten));
}

std::optional<TimePoint> Operations::next_deadline() const {
  std::optional<TimePoint> earliest;
  OperationList const* const lists[] = {&budget_->over_in_memory, &budget_->over_durable};
  for (auto const* const list : lists) {
    if (list->empty()) continue;
    auto const since = list->front().over_since;
    // A window near the end of the clock never ends.
    if (since > TimePoint::max() - options_.retry_window) continue;
    auto const deadline = since + options_.retry_window;
    if (!earliest || deadline < *earliest) earliest = deadline;
  }
  return earliest;
}

OperationPhase Operations::phase(OperationId id) const {
  auto const place = by_id_.find(id);
  if (place != by_id_.end()) return place->second->phase;
  return expired_.contains(id) ? OperationPhase::expired : OperationPhase::absent;
}

OperationState Operations::state(OperationId id) const {
  return state_of(phase(id));
}

std::uint64_t Operations::ask(decltype(StoreRequest::what) what) {
  requests_.push_back(
      {.number = ++last_number_, .session = options_.session, .what = std::move(what)});
  return last_number_;
}

// The session comes first, since its operations are found by it.
void Operations::ask_to_admit(OperationRecord& record) {
  if (!options_.durable) return;
  if (!session_kept_) ask(store_request::KeepSession{options_.resume_key, options_.context});
  session_kept_ = true;
  record.store_number = ask(store_request::Admit{record.id, record.method, record.digest});
}

}  // namespace vox::rpc
