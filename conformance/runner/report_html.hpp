#pragma once
#include "conformance/runner/run_report.hpp"

#include <string>

namespace voxspec {

// The report as one HTML file that needs no other and no network: totals, rules, and every case
// with its frames, to be filtered by verdict and text.
[[nodiscard]] std::string report_html(RunReport const& report);

}  // namespace voxspec
