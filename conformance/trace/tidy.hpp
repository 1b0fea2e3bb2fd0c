#pragma once
#include "conformance/peer/json.hpp"

#include <string>

namespace voxspec {

// The same case as a person would write it: without frames and results, without what is so by
// default, with methods by their names, and with macros where they stand for exactly these frames.
// The document has to be one that the reader takes.
[[nodiscard]] Json tidied(Json document);

// JSON in short lines: what fits a line stands in one.
[[nodiscard]] std::string pretty(Json const& value);

}  // namespace voxspec
