#pragma once
#include "conformance/peer/case_result.hpp"
#include "conformance/runner/known_failures.hpp"
#include "conformance/runner/process_cost.hpp"
#include "conformance/trace/trace.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace voxspec {

// One case of a run. The case belongs to the suite, which outlives the report.
struct CaseReport {
  Case const* trace = nullptr;
  CaseResult result;    // its verdict and reason with the expectations applied
  std::string finding;  // what the executor said, where an expectation changed the verdict
  std::string output;   // the end of what the subject wrote
  std::optional<ProcessCost> cost{};  // of the process that was started for the case
};

// How many cases came to which verdict.
class Totals {
 public:
  void count(Verdict verdict) { ++counts_[static_cast<std::size_t>(verdict)]; }
  [[nodiscard]] std::size_t operator[](Verdict verdict) const {
    return counts_[static_cast<std::size_t>(verdict)];
  }
  [[nodiscard]] std::size_t sum() const;

 private:
  std::array<std::size_t, verdict_count> counts_{};
};
inline constexpr std::array<Verdict, verdict_count> all_verdicts{
    Verdict::pass,        Verdict::fail,  Verdict::non_strict,      Verdict::differs,
    Verdict::unsupported, Verdict::known, Verdict::unexpected_pass, Verdict::not_run};

// Everything one run gave. All reports are made of this and of nothing else.
struct RunReport {
  std::string version;  // of voxspec
  std::string subject;  // its name
  Dialect dialect = Dialect::vox_0_4;
  std::string again;        // the command line that runs it again
  bool again_by_id = true;  // whether that line takes ids of cases
  std::string selected{};   // which cases, in words; empty for the whole suite
  std::uint64_t seed = 1;
  std::chrono::milliseconds wall{};
  std::vector<CaseReport> cases;         // by id
  std::vector<TraceError> trace_errors;  // files that could not be used
  std::vector<KnownFailure> unmatched;   // expectations about no case
  bool canary_held = true;               // the case that nobody can support came back unsupported
  bool complete = true;                  // false while cases still run
  std::string stopped_by;                // the signal that stopped the run; empty if none did

  [[nodiscard]] Totals totals() const;
  // 0 clean; 1 a failure, an unexpected pass or an unmatched expectation; 3 the subject came up for
  // no case; 4 something was not run; 130 the run was stopped.
  [[nodiscard]] int exit_code() const;
};

// The verdicts of the cases that judge one clause, or one rule: each case counts once for a rule,
// however many of its clauses it judges.
struct ClauseReport {
  vox::Clause clause;
  Totals totals;
};
struct RuleReport {
  vox::Rule rule;
  Totals totals;
};
// Every clause, and every rule, that a case of the run judges, by id.
[[nodiscard]] std::vector<ClauseReport> by_clause(RunReport const& report);
[[nodiscard]] std::vector<RuleReport> by_rule(RunReport const& report);

// How many cases were not run for this.
[[nodiscard]] std::size_t hindered(RunReport const& report, Hindrance by);

// True for a verdict that somebody has to look at.
[[nodiscard]] bool is_unexpected(Verdict verdict);

// The entries that are about none of the cases. Each is an error, because the case it was written
// for has gone or was misspelt. `cases` are all there are, not only those selected.
[[nodiscard]] std::vector<KnownFailure> unmatched(KnownFailures const& known,
                                                  std::vector<Case> const& cases);

// The line to copy that runs one case again.
[[nodiscard]] std::string rerun_line(RunReport const& report, CaseReport const& entry);
// The text as one word of a shell command.
[[nodiscard]] std::string shell_word(std::string const& text);

// The index in `result.frames` of the frame that first differed from what was expected, or of the
// end of the list if none came. After a violation that had no effect it is the last answer.
[[nodiscard]] std::size_t divergence(CaseResult const& result);

}  // namespace voxspec
