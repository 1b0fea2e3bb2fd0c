#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/peer/process_state.hpp"
#include "conformance/peer/verdict.hpp"
#include "conformance/trace/frame_record.hpp"
#include "spec/parity.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// How a link ended, as we saw it. What it means is for the step that asks: a crashed process leaves
// an end of file too, and that never counts as an end in order.
enum class EndCause : std::uint8_t {
  open,       // it stands
  closed,     // the subject said so: a WebSocket close frame
  eof,        // end of file between two frames, which is how a stream is closed in order
  truncated,  // end of file inside a frame
  reset,      // torn down by the transport
  broken,     // the subject broke the transport's own rules, or announced a frame above all limits
  ours,       // we ended it
  none,       // there never was one
};
BOOST_DESCRIBE_ENUM(EndCause, open, closed, eof, truncated, reset, broken, ours, none)
// "still open", "ended by a close frame", "ended at a frame boundary", …
[[nodiscard]] std::string_view text(EndCause cause);

// What a subject did about a violation of the protocol, seen one by one. Nothing stands where it
// could not be seen: the case ended before.
struct Observations {
  std::optional<bool> told;          // it sent a ProtocolError on connection 0
  std::optional<bool> closed;        // it ended the link in order
  std::optional<bool> not_honoured;  // it gave no normal answer to what was wrong
  std::optional<bool> survived;      // its process neither crashed nor hung

  bool operator==(Observations const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Observations, (), (told, closed, not_honoured, survived))

// Everything that one run of one case gave. Reports and recordings are made of nothing else.
struct CaseResult {
  std::string id;                         // the case, with its row and role
  std::vector<std::string> clauses;       // what the verdict is about
  vox::Role role = vox::Role::initiator;  // the role that *we* played
  std::string transport;                  // as the port names it
  Verdict verdict = Verdict::not_run;
  Hindrance hindrance = Hindrance::none;  // why it was not run
  std::string reason;                     // one sentence; empty for a plain pass
  EndCause end = EndCause::none;          // of the link that was used last, before we tidied up
  ProcessState process;                   // at the end of the case
  std::chrono::microseconds wall{};       // how long it took, once the subject was up
  std::chrono::microseconds start{};      // how long the subject took to come up

  // The expectation that decided, if one did.
  std::string failed_step;  // a JSON pointer into the case: "/steps/2/expect/0"
  Json expected;            // the matcher of that step; null if there is none
  Json got;                 // the frame that came; null if none came
  std::string mismatch;     // a JSON pointer into `got`, where it first differs
  bool timed_out = false;   // decided by a guard time-out

  std::vector<FrameRecord> frames;  // in the order in which we sent and read them
  // How many more frames there were, that were not kept, and before which of `frames` they came.
  std::size_t frames_dropped = 0;
  std::size_t dropped_before = 0;
  Observations observations;  // of the last expect_violation
};

}  // namespace voxspec
