#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/pair_runs.hpp"
#include "conformance/runner/report_text.hpp"

#include <string>
#include <vector>

namespace voxspec {

// What many subjects did with each other.
struct PairReport {
  std::string version;
  std::vector<Subject> subjects;  // the results refer to them
  std::vector<PairResult> results{};

  [[nodiscard]] std::size_t count(Verdict verdict) const;
};

// A matrix for each transport and conduit, a row for each client and a column for each server: how
// many scenarios passed, of how many. Below it the failures, those with one reason together.
[[nodiscard]] std::string pair_text(PairReport const& report, TextStyle style);
// For programs.
[[nodiscard]] Json pair_json(PairReport const& report);
// The same as the text, as one page without a script.
[[nodiscard]] std::string pair_html(PairReport const& report);

}  // namespace voxspec
