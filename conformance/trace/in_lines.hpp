#pragma once
#include "conformance/peer/json.hpp"

#include <string>

namespace voxspec {

// JSON for readers: what fits on a line stands on one. The work grows with the size of the text.
[[nodiscard]] std::string in_lines(Json const& value);

}  // namespace voxspec
