#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/run_diff.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace voxspec {

// A report in JSON, and what it is called beside others.
struct NamedReport {
  std::string label;
  Json report;
};

// The reports, each called by its subject; where several have one subject, their labels now are
// added.
[[nodiscard]] std::vector<NamedReport> named(std::vector<NamedReport> reports);

// The text below a key of a report; empty if there is none.
[[nodiscard]] std::string text_at(Json const& object, char const* key);

// Of longer payloads a comparison has only so many bytes.
inline constexpr std::size_t compared_bytes_max = 512;

// Results of runs side by side, as one JSON document of the form that report.schema.json describes:
// the reports, with the frames of those cases only that did not pass everywhere. `diff` adds where
// the first two differ.
[[nodiscard]] Json comparison_json(std::vector<NamedReport> reports, RunDiff const* diff = nullptr);

// For people: the sums of each report in a column of its own, then the cases that did not come to
// the same verdict everywhere.
[[nodiscard]] std::string describe_comparison(Json const& comparison);

}  // namespace voxspec
