#pragma once
#include "conformance/differential/comparison.hpp"
#include "conformance/differential/script.hpp"
#include "conformance/differential/transcript.hpp"
#include "conformance/peer/json.hpp"

#include <string>

namespace voxspec::differential {

// A script to which the two sides do not say the same.
struct Finding {
  Script script;
  Conversation conversation;
  Difference difference;
};

// For a person: the seed, the script step by step, and what each side said.
[[nodiscard]] std::string describe(Script const& script, Conversation const& conversation);
// The same, and where they differ.
[[nodiscard]] std::string report(Finding const& finding);

// The script as a trace for `voxspec replay` and `voxspec run`. It expects what our session said,
// so that the subject it was found in fails it.
[[nodiscard]] Json trace_of(Finding const& finding);

}  // namespace voxspec::differential
