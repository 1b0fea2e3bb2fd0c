#pragma once
#include "conformance/runner/report_text.hpp"
#include "conformance/runner/run_report.hpp"

#include <cstddef>

namespace voxspec {

// True if standard output is a terminal that takes a line back; NO_COLOR takes its colours away.
[[nodiscard]] bool stdout_is_terminal();
[[nodiscard]] TextStyle stdout_style();

// What is seen while cases run: on a terminal one line that is written anew, with failures left
// standing above it; otherwise a line a case.
class Progress {
 public:
  Progress(std::size_t cases, TextStyle style);
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;
  // Takes the live line away.
  ~Progress();

  void note(RunReport const& report, CaseReport const& entry);

 private:
  void clear() const;

  std::size_t cases_;
  std::size_t done_ = 0;
  std::size_t unexpected_ = 0;
  TextStyle style_;
  bool live_;
};

}  // namespace voxspec
