#pragma once
#include "conformance/runner/known_failures.hpp"
#include "conformance/runner/run_cases.hpp"
#include "conformance/runner/run_report.hpp"
#include "conformance/runner/stage.hpp"
#include "conformance/runner/subject.hpp"

#include <cstddef>
#include <vector>

namespace voxspec {

// How often all cases are run once more. No verdict may change by it.
struct Rounds {
  std::size_t repeats = 0;    // in other orders, with other nonces
  std::size_t schedules = 0;  // with writes cut, joined and delayed, by the seeds 1, 2, …

  bool until_changed = false;  // ends with the first verdict that changes; no repeats: without end

  [[nodiscard]] bool empty() const { return repeats == 0 && schedules == 0 && !until_changed; }
};

// Runs them, shows how far it is, and names each case that came out otherwise than in the report,
// whose cases are those given, in that order. True if none did. Ends early when the run is stopped.
[[nodiscard]] bool run_rounds(Rounds const& rounds, RunReport const& report,
                              std::vector<Case const*> const& cases, Subject const& subject,
                              Stage& stage, KnownFailures const& known, RunSettings settings);

}  // namespace voxspec
