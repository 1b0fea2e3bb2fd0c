#pragma once
#include "conformance/runner/run_report.hpp"

#include <string>

namespace voxspec {

// The report as JUnit XML, which CI systems read: a suite a folder of cases. Failures and
// unexpected passes are failures, cases that were not run are errors, and what is unsupported or
// known is skipped with its reason. Files and expectations that are wrong are errors of a suite of
// their own.
[[nodiscard]] std::string report_junit(RunReport const& report);

}  // namespace voxspec
