#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/trace/trace.hpp"

#include <vector>

namespace voxspec {

// The plain steps of an establish step whose changes stand at `place`; throws Fault if one of the
// changes does not fit, or concerns a frame that this role and conduit do not have.
[[nodiscard]] std::vector<Step> establish_steps(Place const& place, vox::Role role, Conduit conduit,
                                                Dialect dialect);

}  // namespace voxspec
