#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/relay/wire_fault.hpp"

#include <vector>

namespace voxspec::relay {

[[nodiscard]] Side read_side(Place const& place);
// A pattern in any connection unless it names one. Throws Fault, as do the others.
[[nodiscard]] Pattern read_match(Place const& place, Dialect dialect);

// What stands behind "do": an action, or a list of them. `rule` has its `match` already.
[[nodiscard]] std::vector<Action> read_actions(Place const& place, FaultRule const& rule,
                                               Dialect dialect);

}  // namespace voxspec::relay
