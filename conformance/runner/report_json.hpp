#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/run_report.hpp"

#include <cstdint>
#include <string>

namespace voxspec {

// Whose frames a report holds: those of a whole run take a hundred megabytes.
enum class FramesOf : std::uint8_t { all, not_passed };

// A verdict as reports for programs spell it: "not_run".
[[nodiscard]] std::string name_of(Verdict verdict);

// The report for programs. Its form is that of report.schema.json; keys may be added, and none
// changes its meaning.
[[nodiscard]] Json report_json(RunReport const& report, FramesOf frames = FramesOf::all);

// What one case came to, without the frames: an entry of the report, and the `result` of a
// recording.
[[nodiscard]] Json result_json(CaseReport const& entry);

}  // namespace voxspec
