#include "impl/rpc/operation_table.hpp"

#include "spec/assert.hpp"

#include <array>
#include <iterator>

namespace vox::rpc {

namespace {

using Books = session::SetOf<Rulebook>;
using Classes = session::SetOf<OperationClass>;

namespace books {
using enum Rulebook;
inline constexpr Books spec_only{spec};
inline constexpr Books v04{vox_0_4};
inline constexpr auto both = Books::all();
}  // namespace books

namespace classes {
using enum OperationClass;
inline constexpr auto any = Classes::all();
inline constexpr Classes in_memory{plain, plain_idem, stream, stream_idem};
inline constexpr Classes streams{stream, stream_idem};
inline constexpr Classes plains{plain, plain_idem};
inline constexpr Classes durable{persistent, persistent_idem};
inline constexpr Classes idem{plain_idem, stream_idem, persistent_idem};
inline constexpr Classes idem_in_memory{plain_idem, stream_idem};
inline constexpr Classes not_idem{plain, stream, persistent};
inline constexpr Classes not_idem_in_memory{plain, stream};
}  // namespace classes

using P = OperationPhase;
using E = OperationEvent;
using A = OperationAction;

// clang-format off
// r[impl retry.state.absent] r[impl retry.state.live] r[impl retry.state.released]
// r[impl retry.state.sealed] r[impl retry.state.indeterminate] r[impl retry.duplicate.absent]
// r[impl retry.duplicate.live] r[impl retry.duplicate.live.attach] r[impl retry.duplicate.sealed]
// r[impl retry.duplicate.released.idem] r[impl retry.duplicate.released.non-idem]
// r[impl retry.duplicate.indeterminate.idem] r[impl retry.duplicate.indeterminate.non-idem]
// r[impl retry.policy.idem] r[impl retry.policy.persist] r[impl retry.seal.terminal-replay]
// r[impl retry.seal.absorbing] r[impl retry.cancel.explicit.volatile]
// r[impl retry.cancel.explicit.persist] r[impl retry.cancel.implicit.volatile]
// r[impl retry.cancel.implicit.persist] r[impl retry.cancel.race]
// r[impl retry.reconnect.session-resume.live] r[impl retry.channel.recovery.non-idem]
// r[impl retry.channel.volatile.rebinding] r[impl retry.channel.sealed-result]
// r[impl retry.gc.live-protected] r[impl retry.gc.persist-durable]
constexpr OperationTransition transitions[] = {
    // A first attempt. 0.4.0 does not track idempotent methods.
    {books::spec_only, classes::in_memory,          {P::absent},  {E::attempt_same, E::attempt_other}, A::run,           P::live,      "retry.duplicate.absent"},
    {books::spec_only, classes::durable,            {P::absent},  {E::attempt_same, E::attempt_other}, A::ask_store,     P::admitting, "retry.policy.persist.admission"},
    {books::v04,       classes::not_idem_in_memory, {P::absent},  {E::attempt_same, E::attempt_other}, A::run,           P::live,      "retry.duplicate.absent"},
    {books::v04,       {OperationClass::persistent},{P::absent},  {E::attempt_same, E::attempt_other}, A::ask_store,     P::admitting, "retry.policy.persist.admission"},
    {books::v04,       classes::idem,               {P::absent},  {E::attempt_same, E::attempt_other}, A::run_untracked, {},           "retry.policy.idem"},
    {books::both,      classes::any,                {P::expired}, {E::attempt_same, E::attempt_other}, A::refuse_expired, {},          "retry.gc.fail-closed"},

    // A repeat of the same.
    {books::both, classes::any,                   {P::admitting, P::live, P::sealing, P::restarting}, {E::attempt_same}, A::join, {}, "retry.duplicate.live.attach"},
    {books::both, classes::any,                   {P::sealed},        {E::attempt_same}, A::replay, {},                    "retry.duplicate.sealed"},
    {books::both, classes::not_idem_in_memory,    {P::released, P::stopping}, {E::attempt_same}, A::refuse_indeterminate, {}, "retry.duplicate.released.non-idem"},
    {books::both, classes::idem_in_memory,        {P::released},      {E::attempt_same}, A::run, P::live,                  "retry.duplicate.released.idem"},
    {books::both, classes::idem_in_memory,        {P::stopping},      {E::attempt_same}, A::wait, P::restarting,           "retry.state.live"},
    {books::both, classes::not_idem,              {P::indeterminate}, {E::attempt_same}, A::refuse_indeterminate, {},      "retry.duplicate.indeterminate.non-idem"},
    {books::both, classes::idem_in_memory,        {P::indeterminate}, {E::attempt_same}, A::run, P::live,                  "retry.duplicate.indeterminate.idem"},
    {books::both, {OperationClass::persistent_idem}, {P::indeterminate}, {E::attempt_same}, A::ask_store, P::admitting,    "retry.duplicate.indeterminate.idem"},

    // A repeat of something else. 0.4.0 compares only while the handler runs.
    {books::both,      classes::any, {P::admitting, P::live, P::sealing, P::restarting}, {E::attempt_other}, A::refuse_conflict, {}, "retry.op-id.payload-binding"},
    {books::spec_only, classes::any, {P::sealed, P::released, P::stopping, P::indeterminate}, {E::attempt_other}, A::refuse_conflict, {}, "retry.op-id.payload-binding"},
    {books::v04,       classes::any, {P::sealed},        {E::attempt_other}, A::replay, {},               "retry.duplicate.sealed"},
    {books::v04,       classes::any, {P::released, P::stopping, P::indeterminate}, {E::attempt_other}, A::refuse_indeterminate, {}, "retry.duplicate.indeterminate.non-idem"},

    // Lost interest. The last attempt that goes takes the operation of a volatile method with it.
    {books::spec_only, classes::in_memory, {P::live},       {E::cancel_last}, A::release_cancelled, P::stopping,  "retry.cancel.explicit.volatile"},
    {books::spec_only, classes::in_memory, {P::live},       {E::cancel_one},  A::detach_cancelled,  {},           "retry.cancel.explicit.volatile"},
    {books::spec_only, classes::idem_in_memory, {P::restarting}, {E::cancel_last}, A::withdraw_cancelled, P::stopping, "retry.cancel.explicit.volatile"},
    {books::spec_only, classes::idem_in_memory, {P::restarting}, {E::cancel_one},  A::detach_cancelled, {},       "retry.cancel.explicit.volatile"},
    {books::spec_only, classes::durable, {P::admitting, P::live, P::sealing}, {E::cancel_last, E::cancel_one}, A::detach_cancelled, {}, "retry.cancel.explicit.persist"},
    {books::v04,       classes::in_memory, {P::live},       {E::cancel_last, E::cancel_one}, A::forget_cancelled, P::absent, "retry.cancel.explicit.volatile"},
    {books::v04,       classes::durable, {P::admitting, P::live, P::sealing}, {E::cancel_last, E::cancel_one}, A::detach_joined, {}, "retry.cancel.explicit.persist"},
    {books::both,      classes::in_memory, {P::live},       {E::leave_last},  A::release,           P::stopping,  "retry.cancel.implicit.volatile"},
    {books::both,      classes::in_memory, {P::live},       {E::leave_one},   A::detach,            {},           "retry.cancel.implicit.volatile"},
    {books::both,      classes::idem_in_memory, {P::restarting}, {E::leave_last}, A::withdraw,      P::stopping,  "retry.cancel.implicit.volatile"},
    {books::both,      classes::idem_in_memory, {P::restarting}, {E::leave_one},  A::detach,        {},           "retry.cancel.implicit.volatile"},
    {books::both,      classes::durable, {P::admitting, P::live, P::sealing}, {E::leave_last, E::leave_one}, A::detach, {}, "retry.cancel.implicit.persist"},

    // A lost link. What has channels cannot go on without them; all else runs on. 0.4.0 keeps the
    // attempts, and does away with what has channels only when the session is resumed.
    {books::spec_only, classes::plains,  {P::live},       {E::disconnected}, A::detach_all, {},        "retry.state.live.session-owned"},
    {books::spec_only, classes::streams, {P::live},       {E::disconnected}, A::release, P::stopping,  "retry.channel.recovery.non-idem"},
    {books::spec_only, classes::idem_in_memory, {P::restarting}, {E::disconnected}, A::withdraw, P::stopping, "retry.cancel.implicit.volatile"},
    {books::spec_only, classes::durable, {P::admitting, P::live, P::sealing}, {E::disconnected}, A::detach_all, {}, "retry.cancel.implicit.persist"},
    {books::v04,       classes::streams, {P::live},       {E::resumed}, A::forget_stream, P::absent,   "retry.channel.recovery.non-idem"},
    {books::both,      classes::in_memory, {P::live},     {E::session_over}, A::release, P::stopping,  "retry.cancel.implicit.volatile"},
    {books::both,      classes::idem_in_memory, {P::restarting}, {E::session_over}, A::withdraw, P::stopping, "retry.cancel.implicit.volatile"},
    {books::both,      classes::durable, {P::admitting},  {E::session_over}, A::withdraw, P::indeterminate, "retry.cancel.implicit.persist"},
    {books::both,      classes::durable, {P::live, P::sealing}, {E::session_over}, A::detach_all, {},  "retry.cancel.implicit.persist"},

    // The handler's end. 0.4.0 shows the outcome before it is durable.
    {books::both,      classes::in_memory, {P::live}, {E::returned},        A::seal, P::sealed,                     "retry.seal.return"},
    {books::both,      classes::in_memory, {P::live}, {E::returned_excess}, A::answer_unrecorded, P::indeterminate, "retry.state.indeterminate"},
    {books::spec_only, classes::durable,   {P::live}, {E::returned, E::returned_excess}, A::store_outcome, P::sealing, "retry.policy.persist.seal"},
    {books::v04,       classes::durable,   {P::live}, {E::returned, E::returned_excess}, A::seal_and_store, P::sealed, "retry.seal.return"},
    {books::spec_only, classes::in_memory, {P::live}, {E::dropped}, A::fail_cancelled, P::released,                 "retry.state.released"},
    {books::both,      classes::durable,   {P::live}, {E::dropped}, A::fail_indeterminate, P::indeterminate,        "retry.state.indeterminate"},
    {books::v04,       classes::plains,    {P::live}, {E::dropped}, A::fail_cancelled, P::indeterminate,            "retry.state.indeterminate"},
    {books::v04,       classes::streams,   {P::live}, {E::dropped}, A::fail_stream, P::indeterminate,               "retry.state.indeterminate"},
    {books::both,      classes::in_memory, {P::stopping},   {E::returned, E::returned_excess, E::dropped}, A::nothing, P::released, "retry.cancel.race"},
    {books::both,      classes::idem_in_memory, {P::restarting}, {E::returned, E::returned_excess, E::dropped}, A::start, P::live, "retry.duplicate.released.idem"},

    // The store's answers.
    {books::both, classes::durable, {P::admitting}, {E::stored},          A::start, P::live,                       "retry.policy.persist.admission"},
    {books::both, classes::durable, {P::admitting}, {E::store_refused},   A::fail_refused, P::absent,              "retry.policy.persist.admission"},
    {books::both, classes::durable, {P::admitting}, {E::store_recovered}, A::adopt_outcome, P::sealed,             "retry.seal.persist.recoverable"},
    {books::both, classes::durable, {P::admitting}, {E::store_failed},    A::fail_indeterminate, P::indeterminate, "retry.policy.persist.crash"},
    {books::both, classes::durable, {P::sealing},   {E::stored},          A::show_outcome, P::sealed,              "retry.policy.persist.seal"},
    {books::both, classes::durable, {P::sealing},   {E::store_refused, E::store_recovered, E::store_failed}, A::fail_indeterminate, P::indeterminate, "retry.policy.persist.seal"},

    // Expiry: never of what runs.
    {books::both, classes::any,       {P::sealed, P::released, P::indeterminate}, {E::window_over}, A::expire, P::expired, "retry.gc.ttl"},
    {books::both, classes::in_memory, {P::sealed, P::released, P::indeterminate}, {E::room_needed}, A::expire, P::expired, "retry.gc.fail-closed"},
};
// clang-format on

constexpr std::size_t book_count = 2;
constexpr std::size_t cell_count =
    book_count * operation_class_count * operation_phase_count * operation_event_count;
constexpr std::uint8_t no_row = 0xff;
static_assert(std::size(transitions) < no_row);

constexpr std::size_t cell(Rulebook book, OperationClass kind, OperationPhase phase,
                           OperationEvent event) {
  std::size_t index = std::to_underlying(book);
  index = index * operation_class_count + std::to_underlying(kind);
  index = index * operation_phase_count + std::to_underlying(phase);
  return index * operation_event_count + std::to_underlying(event);
}

using RowOfCell = std::array<std::uint8_t, cell_count>;

// Enters a row into the cells that it covers. Two rows for one cell do not compile.
constexpr void enter(RowOfCell& rows, std::size_t row) {
  auto const& each = transitions[row];
  for (std::size_t i = 0; i < cell_count; ++i) {
    // Whole blocks of cells are passed over, since compilers count the steps.
    auto const event = static_cast<OperationEvent>(i % operation_event_count);
    auto const rest = i / operation_event_count;
    auto const phase = static_cast<OperationPhase>(rest % operation_phase_count);
    auto const kind =
        static_cast<OperationClass>(rest / operation_phase_count % operation_class_count);
    auto const book = static_cast<Rulebook>(rest / operation_phase_count / operation_class_count);
    if (!each.rulebooks.contains(book) || !each.classes.contains(kind) ||
        !each.phases.contains(phase)) {
      i += operation_event_count - 1;
      continue;
    }
    if (!each.events.contains(event)) continue;
    VOX_ASSERT(rows[i] == no_row);
    rows[i] = static_cast<std::uint8_t>(row);
  }
}

constexpr RowOfCell row_of_cell = [] {
  RowOfCell rows{};
  rows.fill(no_row);
  for (std::size_t row = 0; row < std::size(transitions); ++row)
    enter(rows, row);
  return rows;
}();

}  // namespace

OperationTransition const* find_transition(Rulebook book, OperationClass kind, OperationPhase phase,
                                           OperationEvent event) {
  auto const row = row_of_cell[cell(book, kind, phase, event)];
  return row == no_row ? nullptr : &transitions[row];
}

std::span<OperationTransition const> operation_transitions() {
  return transitions;
}

}  // namespace vox::rpc
