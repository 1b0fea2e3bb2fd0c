#pragma once
#include "conformance/peer/json.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace voxspec {

// What a result file (--json) says of one case, as far as two runs are compared by it.
struct CaseOutcome {
  std::string id;
  std::vector<std::string> clauses;
  std::string verdict;
  std::string reason;
  std::string step;  // where it was decided; empty for a pass
  double ms = 0;

  bool operator==(CaseOutcome const&) const = default;
};

struct RunOutcome {
  std::string subject;
  bool complete = true;
  std::map<std::string, CaseOutcome> cases;  // by id
};

// What a report in JSON says; it is one that load_report gave, or report_json.
[[nodiscard]] RunOutcome outcome_of(Json const& report);

// A file that run --json wrote. The error is one line that names the file.
[[nodiscard]] std::expected<Json, std::string> load_report(std::filesystem::path const& file);
[[nodiscard]] std::expected<RunOutcome, std::string> load_run(std::filesystem::path const& file);

// From when on a case counts as slower: both hold. Times of runs on one machine vary with its load.
struct Slower {
  double factor = 10;  // 0: never
  std::chrono::milliseconds least{1000};
};

// Where two runs differ.
struct RunDiff {
  struct Pair {
    CaseOutcome before;
    CaseOutcome after;
  };
  std::vector<CaseOutcome> gone;   // only the first run has them
  std::vector<CaseOutcome> added;  // only the second
  std::vector<Pair> changed;       // in their verdict, or failed at another step
  std::vector<Pair> slower;        // and else the same

  [[nodiscard]] bool empty() const {
    return gone.empty() && added.empty() && changed.empty() && slower.empty();
  }
};

[[nodiscard]] RunDiff compare_runs(RunOutcome const& before, RunOutcome const& after,
                                   Slower const& slower = {});

// For people: the cases, then the clauses that they judge, then the sums.
[[nodiscard]] std::string describe(RunDiff const& diff);

}  // namespace voxspec
