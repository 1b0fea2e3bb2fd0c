#include "conformance/runner/run_diff.hpp"

#include "conformance/runner/json_fields.hpp"
#include "conformance/runner/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

// Other keys may be there, of this version or of a later one.
CaseOutcome outcome_from(Json const& entry) {
  return {.id = entry.at("id").get<std::string>(),
          .clauses = entry.value("clauses", std::vector<std::string>{}),
          .verdict = entry.at("verdict").get<std::string>(),
          .reason = entry.value("finding", entry.value("reason", std::string{})),
          .step = entry.value("step", std::string{}),
          .ms = entry.value("ms", 0.0)};
}

bool is_slower(CaseOutcome const& before, CaseOutcome const& after, Slower const& slower) {
  return slower.factor > 0 && after.ms >= slower.factor * before.ms &&
         after.ms - before.ms >= static_cast<double>(slower.least.count());
}

std::string milliseconds(double ms) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.0f ms", ms);
  return text.data();
}

std::string column(std::string_view word) {
  std::string text{word};
  text.resize(std::max<std::size_t>(text.size(), 8), ' ');
  return text;
}

std::string with_reason(CaseOutcome const& outcome) {
  std::string text = "  " + outcome.id + "  " + outcome.verdict;
  if (!outcome.reason.empty()) text += ": " + printable(outcome.reason);
  return text + "\n";
}

// How many cases of each kind judge a clause.
struct ClauseChanges {
  std::size_t added = 0;
  std::size_t gone = 0;
  std::size_t changed = 0;
  std::size_t slower = 0;
};

std::string sums(ClauseChanges const& of) {
  std::string text;
  auto const add = [&](std::size_t count, char const* word) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
  };
  add(of.added, "new");
  add(of.gone, "gone");
  add(of.changed, "changed");
  add(of.slower, "slower");
  return text.empty() ? "no difference" : text;
}

std::map<std::string, ClauseChanges> by_clause(RunDiff const& diff) {
  std::map<std::string, ClauseChanges> clauses;
  auto const count = [&](CaseOutcome const& outcome, std::size_t ClauseChanges::* kind) {
    for (auto const& clause : outcome.clauses)
      ++(clauses[clause].*kind);
  };
  for (auto const& outcome : diff.added)
    count(outcome, &ClauseChanges::added);
  for (auto const& outcome : diff.gone)
    count(outcome, &ClauseChanges::gone);
  for (auto const& pair : diff.changed)
    count(pair.after, &ClauseChanges::changed);
  for (auto const& pair : diff.slower)
    count(pair.after, &ClauseChanges::slower);
  return clauses;
}

}  // namespace

RunOutcome outcome_of(Json const& report) {
  RunOutcome run;
  run.subject = report.at("subject").get<std::string>();
  run.complete = report.value("complete", true) && !report.contains("stopped_by");
  for (auto const& entry : report.at("cases")) {
    auto outcome = outcome_from(entry);
    auto id = outcome.id;
    run.cases.insert_or_assign(std::move(id), std::move(outcome));
  }
  return run;
}

std::expected<Json, std::string> load_report(std::filesystem::path const& file) {
  auto document = load_ordered_json(file);
  if (!document) return document;
  try {
    static_cast<void>(outcome_of(*document));
  } catch (Json::exception const&) {
    return std::unexpected(file.string() + ": no result of 'voxspec run --json'");
  }
  return document;
}

std::expected<RunOutcome, std::string> load_run(std::filesystem::path const& file) {
  auto const report = load_report(file);
  if (!report) return std::unexpected(report.error());
  return outcome_of(*report);
}

RunDiff compare_runs(RunOutcome const& before, RunOutcome const& after, Slower const& slower) {
  RunDiff diff;
  for (auto const& [id, old] : before.cases) {
    auto const found = after.cases.find(id);
    if (found == after.cases.end()) {
      diff.gone.push_back(old);
    } else if (old.verdict != found->second.verdict || old.step != found->second.step) {
      diff.changed.push_back({old, found->second});
    } else if (is_slower(old, found->second, slower)) {
      diff.slower.push_back({old, found->second});
    }
  }
  for (auto const& [id, outcome] : after.cases) {
    if (!before.cases.contains(id)) diff.added.push_back(outcome);
  }
  return diff;
}

std::string describe(RunDiff const& diff) {
  std::string out;
  for (auto const& outcome : diff.added)
    out += column("new") + with_reason(outcome);
  for (auto const& outcome : diff.gone)
    out += column("gone") + "  " + outcome.id + "  " + outcome.verdict + "\n";
  for (auto const& [before, after] : diff.changed) {
    auto const where = [&](CaseOutcome const& outcome) {
      return before.verdict == after.verdict ? outcome.verdict + " at " + outcome.step
                                             : outcome.verdict;
    };
    out += column("changed") + "  " + after.id + "  " + where(before) + " -> " + where(after);
    auto const& reason = after.reason.empty() ? before.reason : after.reason;
    if (!reason.empty()) out += (after.reason.empty() ? "; was: " : ": ") + printable(reason);
    out += "\n";
  }
  for (auto const& [before, after] : diff.slower) {
    out += column("slower") + "  " + after.id + "  " + milliseconds(before.ms) + " -> " +
           milliseconds(after.ms) + "\n";
  }
  if (auto const clauses = by_clause(diff); !clauses.empty()) {
    out += "\nBy clause:\n";
    for (auto const& [clause, changes] : clauses)
      out += "  " + clause + ": " + sums(changes) + "\n";
    out += "\n";
  }
  return out +
         sums({.added = diff.added.size(),
               .gone = diff.gone.size(),
               .changed = diff.changed.size(),
               .slower = diff.slower.size()}) +
         "\n";
}

}  // namespace voxspec
