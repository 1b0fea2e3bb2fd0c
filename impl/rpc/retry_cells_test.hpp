#pragma once
// The written table of operation states as data, apart from the implementation's own: what may meet
// an attempt, and which state may follow an event. Where the specification leaves freedom there are
// several.
#include "impl/rpc/operation.hpp"
#include "impl/rpc/operation_reaction.hpp"
#include "impl/session/transitions.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <utility>

namespace vox::rpc::test {

// attempt_same and attempt_other compare with the record, if there is one. `late` is the end of an
// execution that was told to stop.
enum class CellEvent : std::uint8_t {
  attempt_same,
  attempt_other,
  cancel,
  lost_interest,
  returned,
  dropped,
  late,
  expiry,
};
BOOST_DESCRIBE_ENUM(CellEvent, attempt_same, attempt_other, cancel, lost_interest, returned,
                    dropped, late, expiry)

using States = session::SetOf<OperationState>;
using Kinds = session::SetOf<AdmissionKind>;

// What may meet an attempt. Room is another matter.
[[nodiscard]] inline Kinds admissions(OperationClass kind, OperationState before, bool same) {
  using enum AdmissionKind;
  bool const idem = kind == OperationClass::plain_idem || kind == OperationClass::stream_idem ||
                    kind == OperationClass::persistent_idem;
  switch (before) {
    case OperationState::absent:
      return {run, run_later, expired};
    case OperationState::live:
      return same ? Kinds{join} : Kinds{conflict};
    case OperationState::sealed:
      return same ? Kinds{replay} : Kinds{conflict};
    case OperationState::released:
      if (is_persistent(kind)) return {};
      if (!same) return {conflict, indeterminate};
      return idem ? Kinds{run, run_later, indeterminate} : Kinds{indeterminate};
    case OperationState::indeterminate:
      if (!same) return {conflict, indeterminate};
      return idem ? Kinds{run, run_later, replay, indeterminate} : Kinds{replay, indeterminate};
  }
  std::unreachable();
}

// Which states may follow.
[[nodiscard]] inline States successors(OperationClass kind, OperationState before,
                                       CellEvent event) {
  using enum OperationState;
  bool const durable = is_persistent(kind);
  switch (event) {
    case CellEvent::attempt_same:
      if (before == absent) return {live, absent};
      if (before == released) return {released, live};
      if (before == indeterminate) return {indeterminate, sealed, live};
      return {before};
    case CellEvent::attempt_other:
    case CellEvent::late:
      return {before};
    case CellEvent::cancel:
    case CellEvent::lost_interest:
      return before == live && !durable ? States{live, released} : States{before};
    case CellEvent::returned:
      if (before == live) return durable ? States{live, sealed} : States{sealed};
      return before == indeterminate ? States{indeterminate, sealed} : States{before};
    case CellEvent::dropped:
      if (before == live) return durable ? States{indeterminate} : States{released, indeterminate};
      return {before};
    case CellEvent::expiry:
      return before == live ? States{live} : States{before, absent};
  }
  std::unreachable();
}

}  // namespace vox::rpc::test
