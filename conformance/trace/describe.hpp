#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/trace/trace.hpp"

#include <string>
#include <vector>

namespace voxspec {

// What a case does, for a person: one paragraph on what it claims, then a line a step.
[[nodiscard]] std::string explain_case(Case const& trace);

// The case as a trace that needs no codec of its reader: macros, parameters and defaults resolved,
// and beside each frame to send its bytes as `hex`. A frame whose bytes depend on what the subject
// said has `depends_on`, the names it needs, instead. The output loads as a trace.
[[nodiscard]] Json expand_case(Case const& trace);

}  // namespace voxspec
