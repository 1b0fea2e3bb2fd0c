#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/json.hpp"

#include <string>

namespace voxspec {

// The same case as a person would write it: without frames and results, without what is so by
// default, with methods by their names, and with macros where they stand for exactly these frames.
// The document has to be one that the reader takes.
[[nodiscard]] Json tidied(Json document);

// Takes the fields of a frame to send away that say what is said where they are missing.
void strip_defaults(Json& body, FrameKind const& kind);

// JSON in short lines: what fits a line stands in one.
[[nodiscard]] std::string pretty(Json const& value);

}  // namespace voxspec
