#pragma once
#include "conformance/peer/value.hpp"
#include "conformance/relay/action.hpp"
#include "impl/schema/plan.hpp"

#include <expected>
#include <string>

// Messages in another layout than ours, as a peer may announce it in its handshake.
namespace voxspec::relay {

// Our schemas of the message type, changed so, with the type ids that belong to them.
[[nodiscard]] Value other_layout(Layout how);

// How to write messages for a reader who goes by these schemas. Fields that ours do not have are
// written as zero. The error is a sentence.
[[nodiscard]] std::expected<vox::schema::Plan, std::string> plan_to(Value const& announced);

}  // namespace voxspec::relay
