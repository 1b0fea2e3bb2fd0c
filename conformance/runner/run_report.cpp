#include "conformance/runner/run_report.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

namespace voxspec {

std::size_t Totals::sum() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0uz);
}

Totals RunReport::totals() const {
  Totals totals;
  for (auto const& entry : cases)
    totals.count(entry.result.verdict);
  return totals;
}

namespace {

// True if the subject was to come up for some cases, and did for none.
bool never_came_up(RunReport const& report) {
  auto const met = [](CaseReport const& entry) {
    auto const& result = entry.result;
    return result.verdict != Verdict::unsupported && result.hindrance == Hindrance::none;
  };
  return hindered(report, Hindrance::start) > 0 && std::ranges::none_of(report.cases, met);
}

}  // namespace

std::size_t hindered(RunReport const& report, Hindrance by) {
  return static_cast<std::size_t>(std::ranges::count_if(
      report.cases, [&](CaseReport const& entry) { return entry.result.hindrance == by; }));
}

int RunReport::exit_code() const {
  if (!stopped_by.empty()) return 130;
  if (never_came_up(*this)) return 3;
  auto const counted = totals();
  if (counted[Verdict::fail] + counted[Verdict::unexpected_pass] + unmatched.size() > 0) return 1;
  if (counted[Verdict::not_run] + trace_errors.size() > 0 || !canary_held) return 4;
  return 0;
}

std::vector<ClauseReport> by_clause(RunReport const& report) {
  std::map<vox::Clause, Totals> totals;
  for (auto const& entry : report.cases) {
    for (auto const clause : entry.trace->clauses)
      totals[clause].count(entry.result.verdict);
  }
  std::vector<ClauseReport> result;
  for (auto const& [clause, counted] : totals)
    result.push_back({clause, counted});
  return result;
}

std::vector<RuleReport> by_rule(RunReport const& report) {
  std::map<vox::Rule, Totals> totals;
  for (auto const& entry : report.cases) {
    std::set<vox::Rule> rules;
    for (auto const clause : entry.trace->clauses)
      rules.insert(clause.rule());
    for (auto const rule : rules)
      totals[rule].count(entry.result.verdict);
  }
  std::vector<RuleReport> result;
  for (auto const& [rule, counted] : totals)
    result.push_back({rule, counted});
  return result;
}

bool is_unexpected(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::unexpected_pass ||
         verdict == Verdict::not_run;
}

std::vector<KnownFailure> unmatched(KnownFailures const& known, std::vector<Case> const& cases) {
  std::vector<KnownFailure> result;
  std::ranges::copy_if(known.entries(), std::back_inserter(result), [&](KnownFailure const& entry) {
    return std::ranges::none_of(
        cases, [&](Case const& trace) { return entry.is_about(trace.id, trace.clauses); });
  });
  return result;
}

std::string shell_word(std::string const& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string word = "'";
  for (char const c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string rerun_line(RunReport const& report, CaseReport const& entry) {
  return report.again_by_id ? report.again + " " + shell_word(entry.result.id) : report.again;
}

namespace {

// True if the subject answered where it should have told of a violation or ended the link.
bool went_on(Observations const& seen) {
  return seen.closed == false || seen.not_honoured == false;
}

}  // namespace

std::size_t divergence(CaseResult const& result) {
  auto const& frames = result.frames;
  if (result.got.is_null()) return frames.size();
  if (went_on(result.observations)) {
    for (auto at = frames.size(); at-- > 0;) {
      if (frames[at].direction == Direction::received) return at;
    }
  }
  for (auto at = frames.size(); at-- > 0;) {
    if (frames[at].direction == Direction::received && frames[at].decoded == result.got) return at;
  }
  return frames.size();
}

}  // namespace voxspec
