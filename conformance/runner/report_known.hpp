#pragma once
#include "conformance/runner/run_report.hpp"

#include <string>
#include <string_view>

namespace voxspec {

// The longest part of a reason that says the same in each run: without numbers, values and quoted
// words.
[[nodiscard]] std::string steady_part(std::string_view reason);

// A list of known failures (see known_failures.hpp) to begin with: an entry for each case that
// failed or was non-strict, as a JSON document with an entry a line. Somebody has to look at each
// and write the reason.
[[nodiscard]] std::string report_known(RunReport const& report);

}  // namespace voxspec
