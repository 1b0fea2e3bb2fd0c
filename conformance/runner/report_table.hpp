#pragma once
#include "conformance/runner/run_report.hpp"

#include <string>

namespace voxspec {

// What the subject does otherwise than the specification, as a page in Markdown: a table a chapter,
// a row for each clause and reason, with how many cases show it and one of them. A case stands at
// the first clause that it judges. Known failures are in it like new ones, by the reasons that
// their list gives; what only differs from 0.4.0 is not.
[[nodiscard]] std::string report_table(RunReport const& report);

}  // namespace voxspec
