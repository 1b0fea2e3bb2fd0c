#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/trace/trace.hpp"

namespace voxspec {

// The steps of a case for those who have no codec (docs/replaying.md): macros and parameters
// resolved, probes as frames, frames to send as bytes, frames to expect as fields.
[[nodiscard]] Json expanded_steps(Case const& trace);

}  // namespace voxspec
