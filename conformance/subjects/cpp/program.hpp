#pragma once
#include "conformance/subjects/cpp/settings.hpp"

namespace voxspec::subject {

// Plays the part that the settings name, and returns the exit code of the process: 0 if it went
// well, 1 after one line on standard error.
[[nodiscard]] int run(Settings const& settings);

}  // namespace voxspec::subject
