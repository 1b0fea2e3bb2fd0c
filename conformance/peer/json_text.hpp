#pragma once
#include "conformance/peer/json.hpp"

#include <string_view>

namespace voxspec {

// Parses the text of a trace. More is an error than to JSON's grammar: a key that repeats in an
// object, and nesting so deep that only a slip or an attack can have made it. Throws Fault.
[[nodiscard]] Json parse_json(std::string_view text);

}  // namespace voxspec
