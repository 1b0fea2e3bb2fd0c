// What the table of transitions says, done.
#include "impl/rpc/operations.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace vox::rpc {

namespace {

void answer_all(OperationRecord& record, OperationAnswer what, Reaction& reaction) {
  if (what == OperationAnswer::outcome) reaction.outcome = record.outcome;
  for (auto const attempt : record.attempts)
    reaction.answers.push_back({attempt, what});
  record.attempts.clear();
}

void detach(OperationRecord& record, RequestToken attempt) {
  auto const place = std::ranges::find(record.attempts, attempt);
  VOX_ASSERT(place != record.attempts.end());
  record.attempts.erase(place);
}

// The request that was kept to run later is let go.
void discard_waiting(OperationRecord& record, Reaction& reaction) {
  if (record.waiting != 0) reaction.discard.push_back(std::exchange(record.waiting, 0));
}

void withdraw(OperationRecord& record, Reaction& reaction) {
  record.attempts.clear();
  discard_waiting(record, reaction);
}

void release(OperationRecord& record, RequestToken owner, Reaction& reaction) {
  record.attempts.clear();
  reaction.stop.push_back(owner);
}

// As 0.4.0 does: the end of the aborted handler answers its request once more.
void forget_cancelled(OperationRecord& record, RequestToken owner, Reaction& reaction) {
  answer_all(record, OperationAnswer::cancelled, reaction);
  reaction.answers.push_back({owner, OperationAnswer::cancelled});
  reaction.stop.push_back(owner);
}

void fail_stream(OperationRecord& record, RequestToken owner, Reaction& reaction) {
  for (auto const attempt : record.attempts) {
    reaction.answers.push_back(
        {attempt, attempt == owner ? OperationAnswer::indeterminate : OperationAnswer::cancelled});
  }
  record.attempts.clear();
}

bool is_end(OperationEvent event) {
  return event == OperationEvent::returned || event == OperationEvent::returned_excess ||
         event == OperationEvent::dropped;
}

}  // namespace

OperationTransition const* Operations::row(OperationRecord const& record,
                                           OperationEvent event) const {
  return find_transition(options_.rulebook, class_of(record.method), record.phase, event);
}

Admission Operations::admit_attempt(TimePoint now, OperationRecord& record, OperationEvent event,
                                    RequestToken attempt) {
  auto const* const transition = row(record, event);
  VOX_ASSERT(transition != nullptr);
  auto const action = transition->action;
  if (action == OperationAction::replay) return {AdmissionKind::replay, record.outcome};
  if (action == OperationAction::refuse_indeterminate) return {AdmissionKind::indeterminate};
  if (action == OperationAction::refuse_conflict) return {AdmissionKind::conflict};
  auto kind = AdmissionKind::join;
  if (action == OperationAction::run) {
    begin_execution(record, attempt);
    kind = AdmissionKind::run;
  } else if (action != OperationAction::join) {
    bool const waits = action == OperationAction::ask_store || action == OperationAction::wait;
    VOX_ASSERT(waits);
    record.waiting = attempt;
    kind = AdmissionKind::run_later;
  }
  record.attempts.push_back(attempt);
  if (transition->next) enter(now, record, *transition->next);
  if (action != OperationAction::ask_store) return {kind};
  ask_to_admit(record);
  if (options_.durable) return {kind};
  // There is no store: memory has recorded it.
  Reaction at_once;
  apply(now, record, OperationEvent::stored, 0, at_once);
  return {AdmissionKind::run};
}

void Operations::apply(TimePoint now, OperationRecord& record, OperationEvent event,
                       RequestToken attempt, Reaction& reaction) {
  auto const owner = record.execution;
  auto const* const transition = row(record, event);
  if (is_end(event)) end_execution(record);
  if (transition == nullptr) return;
  perform(record, transition->action, {.attempt = attempt, .owner = owner}, reaction);
  if (transition->next) enter(now, record, *transition->next);
  if (transition->action == OperationAction::store_outcome && !options_.durable)
    apply(now, record, OperationEvent::stored, 0, reaction);  // memory has recorded it
}

// One case for each action. NOLINTNEXTLINE(readability-function-size)
void Operations::perform(OperationRecord& record, OperationAction action, Parties const& parties,
                         Reaction& reaction) {
  using enum OperationAction;
  switch (action) {
    case nothing:
      return;
    case detach:
      return rpc::detach(record, parties.attempt);
    case detach_cancelled:
      rpc::detach(record, parties.attempt);
      reaction.answers.push_back({parties.attempt, OperationAnswer::cancelled});
      return;
    case detach_joined:
      if (parties.attempt != parties.owner && parties.attempt != record.waiting)
        rpc::detach(record, parties.attempt);
      return;
    case detach_all:
      return record.attempts.clear();
    case release_cancelled:
      answer_all(record, OperationAnswer::cancelled, reaction);
      [[fallthrough]];
    case release:
      return rpc::release(record, parties.owner, reaction);
    case forget_cancelled:
      return rpc::forget_cancelled(record, parties.owner, reaction);
    case forget_stream:
      reaction.answers.push_back({parties.owner, OperationAnswer::indeterminate});
      return rpc::release(record, parties.owner, reaction);
    case withdraw_cancelled:
      answer_all(record, OperationAnswer::cancelled, reaction);
      [[fallthrough]];
    case withdraw:
      return rpc::withdraw(record, reaction);
    case seal_and_store:
    case store_outcome:
      if (options_.durable)
        record.store_number = ask(store_request::Seal{record.id, record.outcome});
      if (action == seal_and_store) answer_all(record, OperationAnswer::outcome, reaction);
      return;
    case seal:
    case answer_unrecorded:
    case show_outcome:
    case adopt_outcome:
      discard_waiting(record, reaction);
      return answer_all(record, OperationAnswer::outcome, reaction);
    case fail_cancelled:
      return answer_all(record, OperationAnswer::cancelled, reaction);
    case fail_stream:
      return rpc::fail_stream(record, parties.owner, reaction);
    case fail_refused:
    case fail_indeterminate:
      discard_waiting(record, reaction);
      return answer_all(
          record,
          action == fail_refused ? OperationAnswer::refused : OperationAnswer::indeterminate,
          reaction);
    case start:
      begin_execution(record, std::exchange(record.waiting, 0));
      reaction.run.push_back(record.execution);
      return;
    case run:
    case run_untracked:
    case ask_store:
    case wait:
    case join:
    case replay:
    case refuse_indeterminate:
    case refuse_conflict:
    case refuse_expired:
    case expire:
      VOX_ASSERT(false);  // These are done where attempts are admitted, and where records expire.
  }
}

Reaction Operations::apply_to_all(TimePoint now, OperationEvent event) {
  expire(now);
  std::vector<OperationRecord*> affected;
  for (auto const& [id, record] : by_id_) {
    if (!record->is_linked()) affected.push_back(record);
  }
  std::ranges::sort(affected, {}, &OperationRecord::id);
  Reaction reaction;
  for (auto* const record : affected)
    apply(now, *record, event, 0, reaction);
  return reaction;
}

void Operations::begin_execution(OperationRecord& record, RequestToken execution) {
  VOX_ASSERT(record.execution == 0);
  VOX_ASSERT(execution != 0);
  record.execution = execution;
  ++running_;
}

void Operations::end_execution(OperationRecord& record) {
  if (record.execution == 0) return;
  record.execution = 0;
  --running_;
}

}  // namespace vox::rpc
