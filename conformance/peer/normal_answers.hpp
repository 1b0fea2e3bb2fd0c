#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/term.hpp"

#include <vector>

namespace voxspec {

// What would be a normal answer to an item that is sent; nothing for a kind that gets none.
[[nodiscard]] std::vector<Pattern> normal_answers(FrameTerm const& item, Dialect dialect);

}  // namespace voxspec
