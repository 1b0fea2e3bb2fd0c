#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/trace/frame_record.hpp"

#include <cstddef>
#include <string>

namespace voxspec {

// JSON on one line for a person: long lists, texts and hex are cut, and say how much is missing.
[[nodiscard]] std::string brief(Json const& json);

// One frame as a line: "   1.2 ms  -> {"on":0,"ping":{"nonce":7}}".
[[nodiscard]] std::string frame_line(FrameRecord const& frame);

}  // namespace voxspec
