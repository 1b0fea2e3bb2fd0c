#pragma once
#include "conformance/runner/report_text.hpp"
#include "conformance/runner/run_report.hpp"

#include <cstddef>
#include <string_view>

namespace voxspec {

// True if standard output is a terminal that takes a line back; NO_COLOR takes its colours away.
[[nodiscard]] bool stdout_is_terminal();
[[nodiscard]] TextStyle stdout_style();

// One line that is written anew, where standard output is a terminal; nothing elsewhere. It goes
// away with this object.
class LiveLine {
 public:
  LiveLine() : live_{stdout_is_terminal()} {}
  LiveLine(LiveLine const&) = delete;
  LiveLine& operator=(LiveLine const&) = delete;
  ~LiveLine() { clear(); }

  [[nodiscard]] bool is_live() const { return live_; }
  void show(std::string_view text) const;
  void clear() const;

 private:
  bool live_;
};

// What is seen while cases run: a line for each that needs a look, and how far it is: on a terminal
// one line that is written anew, otherwise a line for each tenth. Of a few cases each has its line.
class Progress {
 public:
  Progress(std::size_t cases, TextStyle style);
  void note(RunReport const& report, CaseReport const& entry);

 private:
  std::size_t cases_;
  std::size_t done_ = 0;
  std::size_t unexpected_ = 0;
  TextStyle style_;
  LiveLine line_;
};

}  // namespace voxspec
