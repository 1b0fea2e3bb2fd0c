#pragma once
#include "conformance/explore/writer.hpp"
#include "conformance/runner/run_cases.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace voxspec::explore {

// What makes one finding another than the next: the row at whose steps it showed, and the reason,
// without the numbers in it.
struct Cause {
  std::size_t row = 0;
  std::string reason;

  auto operator<=>(Cause const&) const = default;
};

struct Finding {
  Cause cause;
  Verdict verdict = Verdict::fail;  // by the clauses of the row; not_run for a difference
  Conversation conversation;
  Script script;
  CaseReport report;       // its case is the script's, once the finding stands where it stays
  std::string difference;  // between two subjects; empty for a reaction that no row allows
  std::size_t count = 1;
  bool is_known = false;
};

// "7" and "0x1f" as "#".
[[nodiscard]] std::string without_numbers(std::string_view reason);

// What a report of a script shows, if the subject did what no row allows. Nothing for a pass and
// for what is no word about the subject.
[[nodiscard]] std::optional<Cause> cause_in(Script const& script, CaseReport const& report);
// How strongly the row binds whoever is found at it.
[[nodiscard]] Verdict verdict_of(Row const& row, CaseReport const& report);

// Clauses that an entry of the known failures stands for, by the cases that it is about. What says
// only how any violation is met is none of them.
[[nodiscard]] std::set<vox::Clause> known_clauses(KnownFailures const& known,
                                                  std::vector<Case> const& cases);

// The case file of a finding: the claim of its row, and the steps.
[[nodiscard]] Json case_file(Model const& model, Finding const& finding);

}  // namespace voxspec::explore
