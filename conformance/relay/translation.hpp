#pragma once
#include "conformance/peer/value.hpp"
#include "conformance/relay/action.hpp"

// Messages in another layout than ours, as a peer may announce it in its handshake.
namespace voxspec::relay {

// The dialect's schemas of the message type, changed so, with the type ids that belong to them.
[[nodiscard]] Value other_layout(Layout how, Dialect dialect = Dialect::vox_0_4);

}  // namespace voxspec::relay
