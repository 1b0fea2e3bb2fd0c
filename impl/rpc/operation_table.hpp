#pragma once
#include "impl/rpc/operation.hpp"
#include "impl/session/transitions.hpp"
#include "spec/rule.hpp"
#include "spec/rulebook.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

// What becomes of an operation, as data: for each rulebook, class of method, phase and event there
// is at most one row; without a row nothing changes and nobody is answered. The tests walk through
// all.
namespace vox::rpc {

// The states of the specification, told apart further by what is waited for.
//  absent         no record
//  admitting      live: the store has not said yet that the admission is durable
//  live           the handler runs
//  sealing        live: the handler has returned, and the outcome is not durable yet
//  sealed         the outcome is recorded
//  stopping       released, and the handler was told to stop but has not ended
//  restarting     as stopping, and a repeat waits for its end to run anew
//  released       given up without an outcome
//  indeterminate  what became of it is not known
//  expired        the id is recognised, and nothing else is known
enum class OperationPhase : std::uint8_t {
  absent,
  admitting,
  live,
  sealing,
  sealed,
  stopping,
  restarting,
  released,
  indeterminate,
  expired,
};
BOOST_DESCRIBE_ENUM(OperationPhase, absent, admitting, live, sealing, sealed, stopping, restarting,
                    released, indeterminate, expired)
inline constexpr std::size_t operation_phase_count = 10;

[[nodiscard]] constexpr OperationState state_of(OperationPhase phase) {
  switch (phase) {
    case OperationPhase::absent:
    case OperationPhase::expired:
      return OperationState::absent;
    case OperationPhase::admitting:
    case OperationPhase::live:
    case OperationPhase::sealing:
    case OperationPhase::restarting:
      return OperationState::live;
    case OperationPhase::sealed:
      return OperationState::sealed;
    case OperationPhase::stopping:
    case OperationPhase::released:
      return OperationState::released;
    case OperationPhase::indeterminate:
      return OperationState::indeterminate;
  }
  std::unreachable();
}

//  attempt_same     an attempt with the method and arguments of the record, or without a record
//  attempt_other    one with others
//  cancel_last      the peer cancels the only attempt that waits
//  cancel_one       it cancels one of several
//  leave_last       the connection of the only attempt that waits is closed
//  leave_one        that of one of several
//  disconnected     the link is lost
//  resumed          the session goes on over another
//  session_over     and it does not
//  returned         the handler has returned
//  returned_excess  the same, and there is no room to remember the outcome
//  dropped          the handler has ended without an answer
//  stored           the store has done what was asked of it
//  store_refused    it has certainly kept nothing
//  store_recovered  what was to be admitted is sealed there
//  store_failed     it may have kept it or not
//  window_over      the retry window has passed since the operation was over
//  room_needed      a new operation finds the table full
enum class OperationEvent : std::uint8_t {
  attempt_same,
  attempt_other,
  cancel_last,
  cancel_one,
  leave_last,
  leave_one,
  disconnected,
  resumed,
  session_over,
  returned,
  returned_excess,
  dropped,
  stored,
  store_refused,
  store_recovered,
  store_failed,
  window_over,
  room_needed,
};
BOOST_DESCRIBE_ENUM(OperationEvent, attempt_same, attempt_other, cancel_last, cancel_one,
                    leave_last, leave_one, disconnected, resumed, session_over, returned,
                    returned_excess, dropped, stored, store_refused, store_recovered, store_failed,
                    window_over, room_needed)
inline constexpr std::size_t operation_event_count = 18;

// What to do. "All" are the attempts that wait; whoever is answered, or detached, waits no longer.
//  nothing               nobody is answered
//  run                   the attempt's handler starts
//  run_untracked         it starts, and leaves no record
//  ask_store             the attempt waits for the store to record the admission
//  wait                  the attempt waits for the running handler to end, to run after it
//  join                  the attempt waits for the outcome
//  replay                it is answered with the recorded outcome
//  refuse_indeterminate  it is answered Indeterminate
//  refuse_conflict       it is refused: the id stands for something else
//  refuse_expired        it is refused: the id is recognised as expired
//  detach                the attempt is detached
//  detach_cancelled      it is answered Cancelled
//  detach_joined         it is detached if it joined; the one that started the handler stays
//  detach_all            all are detached
//  release               all are detached, and the handler is stopped
//  release_cancelled     all are answered Cancelled, and the handler is stopped
//  forget_cancelled      the same; the one that started the handler is answered twice; no record
//  stays forget_stream         the one that started the handler is answered Indeterminate, the
//  others are
//                        detached, the handler is stopped, and no record stays
//  withdraw              all are detached, and the request that waits to run is let go
//  withdraw_cancelled    the same, and all are answered Cancelled
//  seal                  the outcome is recorded, and all are answered with it
//  seal_and_store        the same, and the store is told
//  answer_unrecorded     all are answered with the outcome, which is not recorded
//  store_outcome         the store is asked to record the outcome
//  show_outcome          all are answered with the outcome that is recorded now
//  adopt_outcome         the same with the outcome that the store has given
//  fail_cancelled        all are answered Cancelled
//  fail_indeterminate    all are answered Indeterminate
//  fail_stream           the one that started the handler Indeterminate, the others Cancelled
//  fail_refused          all are told that the store refused; no record stays
//  start                 the handler of the request that waits to run starts
//  expire                nothing but the id is kept
enum class OperationAction : std::uint8_t {
  nothing,
  run,
  run_untracked,
  ask_store,
  wait,
  join,
  replay,
  refuse_indeterminate,
  refuse_conflict,
  refuse_expired,
  detach,
  detach_cancelled,
  detach_joined,
  detach_all,
  release,
  release_cancelled,
  forget_cancelled,
  forget_stream,
  withdraw,
  withdraw_cancelled,
  seal,
  seal_and_store,
  answer_unrecorded,
  store_outcome,
  show_outcome,
  adopt_outcome,
  fail_cancelled,
  fail_indeterminate,
  fail_stream,
  fail_refused,
  start,
  expire,
};
BOOST_DESCRIBE_ENUM(OperationAction, nothing, run, run_untracked, ask_store, wait, join, replay,
                    refuse_indeterminate, refuse_conflict, refuse_expired, detach, detach_cancelled,
                    detach_joined, detach_all, release, release_cancelled, forget_cancelled,
                    forget_stream, withdraw, withdraw_cancelled, seal, seal_and_store,
                    answer_unrecorded, store_outcome, show_outcome, adopt_outcome, fail_cancelled,
                    fail_indeterminate, fail_stream, fail_refused, start, expire)

// One row: under these rulebooks, for these classes, in these phases, at any of these events.
struct OperationTransition {
  session::SetOf<Rulebook> rulebooks;
  session::SetOf<OperationClass> classes;
  session::SetOf<OperationPhase> phases;
  session::SetOf<OperationEvent> events;
  OperationAction action;
  std::optional<OperationPhase> next;  // nothing: it stays
  Rule rule;                           // what asks for it, or allows it

  [[nodiscard]] constexpr bool covers(Rulebook book, OperationClass kind, OperationPhase phase,
                                      OperationEvent event) const {
    return rulebooks.contains(book) && classes.contains(kind) && phases.contains(phase) &&
           events.contains(event);
  }
};

// The row, or null where nothing happens.
[[nodiscard]] OperationTransition const* find_transition(Rulebook book, OperationClass kind,
                                                         OperationPhase phase,
                                                         OperationEvent event);
// All rows, for the tests.
[[nodiscard]] std::span<OperationTransition const> operation_transitions();

}  // namespace vox::rpc
