#pragma once
#include "conformance/runner/run_report.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace voxspec {

// What a port learns one after the other, from the link to resuming sessions: the lowest level with
// failures is where to go on.
struct Level {
  std::string_view name;
  std::size_t passed = 0;  // by the specification; what only differs from 0.4.0 counts as passed
  std::size_t judged = 0;
  std::size_t left = 0;              // unsupported, or not run
  CaseReport const* next = nullptr;  // its first case by id that did not pass
};

// The name of the level that a case belongs to; empty for a case of none of the suite's chapters.
[[nodiscard]] std::string_view level_of(Case const& trace);

// All levels, in the order of learning. A case on a stable conduit, or one that needs a subject
// that dials again or resumes, belongs to those levels, whatever chapter it is of.
[[nodiscard]] std::vector<Level> levels(RunReport const& report);

}  // namespace voxspec
