#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/trace/trace.hpp"

#include <string>
#include <string_view>

namespace voxspec {

// The parts of one step, with all parameters put in. All of it throws Fault.

// An object with keys of this table (trace_keys.hpp) and no others, and with all that it requires.
void check_table(Place const& place, std::string_view table);

// Pointer, link and note; the body is left to the caller.
[[nodiscard]] Step read_common(Place const& step);
// What stands behind the step's kind and beside it. Not for establish, repeat and one_of, which
// need to know more than the step itself.
[[nodiscard]] StepBody read_step_body(Place const& value, Place const& step,
                                      std::string const& kind, Dialect dialect);
[[nodiscard]] StepBody read_establish(Place const& value, vox::Role role, Conduit conduit,
                                      Dialect dialect);

}  // namespace voxspec
