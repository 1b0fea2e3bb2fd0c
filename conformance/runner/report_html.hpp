#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/run_report.hpp"

#include <string>

namespace voxspec {

// The report as one HTML file that needs no other and no network: the template in page/ with the
// report's JSON in it once, which the page's script draws. Sums can be read without it.
[[nodiscard]] std::string report_html(RunReport const& report);

// The same page about reports side by side, as comparison_json() gives them.
[[nodiscard]] std::string comparison_html(Json const& comparison);

}  // namespace voxspec
