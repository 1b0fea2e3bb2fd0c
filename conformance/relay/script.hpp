#pragma once
#include "conformance/relay/tape.hpp"
#include "conformance/trace/frame_record.hpp"
#include "conformance/trace/trace.hpp"

#include <string>
#include <vector>

namespace voxspec::relay {

// One side of a conversation as a case: what that side said is sent, and what the other one said is
// expected, as far as a right peer has to say it. Ids, keys and nonces that the other side chose
// have names; how it portions credit and acknowledgements, when it announces schemas and whether it
// pings is not asked.
struct Script {
  Case trace;
  std::vector<FrameRecord> frames;  // with the steps that they belong to
  std::string scenario_of;  // the first method that the other side calls, if we are the acceptor
};
[[nodiscard]] Script script_of(Tape const& tape, vox::Role ours);

// The recording of the conversation, in which `ours` is who we play.
[[nodiscard]] Json recording_of(Tape const& tape, vox::Role ours, Json const& result);

}  // namespace voxspec::relay
