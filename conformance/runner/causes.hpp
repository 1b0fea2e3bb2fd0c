#pragma once
#include "conformance/runner/run_report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// What a reason says apart from the case: without numbers, values and quoted words. Cases that fail
// for one mistake of a peer share it.
[[nodiscard]] std::string cause_of(std::string_view reason);

// Cases with one verdict and one cause, at least one.
struct CauseGroup {
  std::vector<CaseReport const*> cases;  // by id
};
// The cases that somebody has to look at, those of the most frequent cause first. Cases that did
// not come to their first frame are left out: the sums of their reasons say all about them.
[[nodiscard]] std::vector<CauseGroup> by_cause(RunReport const& report);

}  // namespace voxspec
