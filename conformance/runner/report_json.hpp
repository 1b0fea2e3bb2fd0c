#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/run_report.hpp"

namespace voxspec {

// The report for programs. Its form is described in docs/reports.md; keys may be added, and none
// changes its meaning.
[[nodiscard]] Json report_json(RunReport const& report);

// What one case came to, without the frames: an entry of the report, and the `result` of a
// recording.
[[nodiscard]] Json result_json(CaseReport const& entry);

}  // namespace voxspec
