#pragma once
#include "conformance/trace/trace.hpp"

namespace voxspec {

// A step as the trace language writes it, in its canonical form: what the reader makes of the
// output is the step again. A repeat has no such form any more; its rounds are steps of their own.
[[nodiscard]] Json step_json(Step const& step);

// What stands above the steps of a trace that holds this case alone.
[[nodiscard]] Json case_head_json(Case const& trace);

}  // namespace voxspec
