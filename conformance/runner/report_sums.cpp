// What stands behind the last case of a run.
#include "conformance/peer/dialect_word.hpp"
#include "conformance/runner/causes.hpp"
#include "conformance/runner/levels.hpp"
#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_text.hpp"
#include "conformance/runner/rule_words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {

namespace {

constexpr std::size_t width = 100;
constexpr std::size_t causes_described_max = 20;
constexpr std::size_t ids_max = 60;

// Words in lines of `width`: the first goes on from `line`, further ones are indented.
class Lines {
 public:
  Lines(std::string line, std::string_view indent) : line_{std::move(line)}, indent_{indent} {}

  void add(std::string const& words) {
    if (has_words_ && line_.size() + 1 + words.size() > width) {
      out_ += line_ + "\n";
      line_ = indent_;
    }
    line_ += " " + words;
    has_words_ = true;
  }
  [[nodiscard]] std::string text() const { return out_ + line_ + "\n"; }

 private:
  std::string out_;
  std::string line_;
  std::string_view indent_;
  bool has_words_ = false;
};

// As many as fit, by id.
std::string ids_of(std::span<CaseReport const* const> cases) {
  auto const indent = report_margin.substr(1);  // each id brings a blank
  Lines ids{std::string{indent}, indent};
  for (auto const* const entry : cases.first(std::min(cases.size(), ids_max)))
    ids.add(entry->result.id);
  auto out = ids.text();
  if (cases.size() > ids_max) {
    out += std::string{report_margin} + "and " + std::to_string(cases.size() - ids_max) +
           " more; --json and --html have them all\n";
  }
  return out;
}

// The others of a group.
std::string others_of(CauseGroup const& group) {
  auto const others = std::span{group.cases}.subspan(1);
  auto const more =
      others.size() == 1 ? "1 more case" : std::to_string(others.size()) + " more cases";
  return "  also      " + more + " for this reason:\n" + ids_of(others);
}

}  // namespace

std::string causes(RunReport const& report, TextStyle style) {
  auto const groups = by_cause(report);
  std::string out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    auto const& first = *groups[i].cases.front();
    if (i < causes_described_max) {
      out += (i == 0 ? "" : "\n") + describe_case(report, first, style);
      if (groups[i].cases.size() > 1) out += others_of(groups[i]);
      continue;
    }
    if (i == causes_described_max) out += "\nOther causes, each with its first case:\n";
    out += "  " + painted(text(first.result.verdict), first.result.verdict, style) + "  " +
           std::to_string(groups[i].cases.size()) + "  " + first.result.id + ": " +
           first_columns(printable(first.result.reason), width) + "\n";
  }
  return out;
}

std::string level_table(RunReport const& report, TextStyle style) {
  auto const all = levels(report);
  auto const is_there = [](Level const& level) { return level.judged + level.left > 0; };
  if (std::ranges::count_if(all, is_there) < 2) return {};
  std::string out = "Levels         passed  of judged  not judged\n";
  Level const* open = nullptr;
  for (auto const& level : all) {
    if (!is_there(level)) continue;
    std::array<char, 80> line{};
    std::snprintf(line.data(), line.size(), "%8zu  %9zu  %10zu", level.passed, level.judged,
                  level.left);
    auto name = std::string{level.name};
    name.resize(12, ' ');
    auto const is_whole = level.passed == level.judged && level.left == 0;
    out += "  " + (is_whole ? painted(name, Verdict::pass, style) : name) + line.data() + "\n";
    if (open == nullptr && level.next != nullptr) open = &level;
  }
  if (open != nullptr) {
    out += "next  " + std::string{open->name} + ", " + open->next->result.id + ": " +
           open->next->trace->about + "\n      voxspec explain " +
           shell_word(open->next->result.id) + "\n";
  }
  return out;
}

namespace {

constexpr std::array<Verdict, 7> columns{Verdict::pass,    Verdict::fail,  Verdict::non_strict,
                                         Verdict::differs, Verdict::known, Verdict::unsupported,
                                         Verdict::not_run};

// An unexpected pass is a pass of the rule that the expectations did not foresee; it stands in the
// column of failures, since somebody has to look at it.
std::size_t in_column(Totals const& totals, Verdict column) {
  return totals[column] + (column == Verdict::fail ? totals[Verdict::unexpected_pass] : 0);
}

std::string row(std::string_view id, Totals const& totals, TextStyle style) {
  std::string line = "  " + std::string{id};
  line.resize(std::max(line.size() + 1, std::size_t{44}), ' ');
  for (auto const column : columns) {
    auto const count = in_column(totals, column);
    auto cell = count == 0 ? std::string{"."} : std::to_string(count);
    auto const size = text(column).size();
    std::string const blanks(size > cell.size() ? size - cell.size() : 0, ' ');
    line += "  " + blanks + (count == 0 ? cell : painted(cell, column, style));
  }
  return line + "\n";
}

// "chapter: id 3, id 1 …" over as many lines as it takes.
std::string clean_rules(std::vector<RuleReport> const& clean) {
  std::vector<std::string_view> chapters;
  for (auto const& each : clean) {
    auto const chapter = each.rule.entry().chapter;
    if (std::ranges::find(chapters, chapter) == chapters.end()) chapters.push_back(chapter);
  }
  std::ranges::sort(chapters);
  std::string out;
  for (auto const chapter : chapters) {
    Lines rules{"  " + std::string{chapter} + ":", "   "};
    for (auto const& [rule, totals] : clean) {
      if (rule.entry().chapter != chapter) continue;
      rules.add(std::string{rule.id()} + " " + std::to_string(totals[Verdict::pass]));
    }
    out += rules.text();
  }
  return out;
}

}  // namespace

std::string rule_table(RunReport const& report, TextStyle style) {
  auto rules = by_rule(report);
  std::vector<RuleReport> clean;
  std::vector<RuleReport> rows;
  for (auto const& each : rules) {
    bool const passed = each.totals[Verdict::pass] == each.totals.sum();
    (passed && !style.everything ? clean : rows).push_back(each);
  }
  std::string out;
  if (!clean.empty()) {
    out += "Rules with every case passing (" + std::to_string(clean.size()) +
           "), each with how many:\n" + clean_rules(clean);
  }
  if (rows.empty()) return out;
  std::string head = style.everything ? "All rules that were judged" : "The other rules";
  head.resize(44, ' ');
  for (auto const column : columns)
    head += "  " + std::string{text(column)};
  out += head + "\n";
  for (auto const& [rule, totals] : rows)
    out += row(rule.id(), totals, style);
  return out;
}

std::string reasons(RunReport const& report, TextStyle style) {
  std::string out;
  for (auto const verdict : {Verdict::non_strict, Verdict::differs, Verdict::known,
                             Verdict::unsupported, Verdict::not_run}) {
    std::map<std::string, std::vector<CaseReport const*>> by_reason;
    for (auto const& entry : report.cases) {
      if (entry.result.verdict == verdict) by_reason[entry.result.reason].push_back(&entry);
    }
    for (auto const& [reason, entries] : by_reason) {
      out += painted(text(verdict), verdict, style) + "  " +
             (entries.size() == 1 ? entries.front()->result.id
                                  : std::to_string(entries.size()) + " cases") +
             ": " + printable(reason) + "\n";
      bool const needs_a_look = verdict == Verdict::non_strict || verdict == Verdict::differs;
      if (needs_a_look && entries.size() > 1) out += ids_of(entries);
    }
  }
  return out;
}

namespace {

std::string cases_were(std::size_t count) {
  return count == 1 ? "1 case was" : std::to_string(count) + " cases were";
}

}  // namespace

std::string complaints(RunReport const& report, TextStyle style) {
  std::string out;
  for (auto const& error : report.trace_errors) {
    out += painted("bad trace", Verdict::not_run, style) + "  " + text(error) + "\n";
  }
  for (auto const& entry : report.unmatched) {
    out += painted("no such case", Verdict::fail, style) + "  " + entry.where + ": '" +
           entry.cases + "' is about no case; correct it or take it out\n";
  }
  if (auto const count = hindered(report, Hindrance::silent); count > 0) {
    out += painted("silent", Verdict::fail, style) + "  nobody speaks vox there; " +
           cases_were(count) + " left out\n";
  }
  if (!report.stopped_by.empty()) {
    out += painted("stopped", Verdict::not_run, style) + "  by " + report.stopped_by + "; " +
           cases_were(hindered(report, Hindrance::stopped)) + " not judged any more\n";
  }
  if (!report.canary_held) {
    out += painted("broken tool", Verdict::not_run, style) +
           "  the canary, a case nobody can support, did not come back unsupported: trust no "
           "verdict of this run\n";
  }
  return out;
}

std::string banner(RunReport const& report, TextStyle style) {
  auto const totals = report.totals();
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f s",
                static_cast<double>(report.wall.count()) / 1000.0);
  std::string out = "voxspec " + report.version + ", subject " + report.subject + ", " +
                    dialect_word(report.dialect) + ", seed " + std::to_string(report.seed) + ", " +
                    seconds.data() + "\n";
  if (!report.selected.empty()) out += "selected: " + printable(report.selected) + "\n";
  out += std::to_string(totals.sum()) + (totals.sum() == 1 ? " case" : " cases") +
         (report.complete ? ": " : " so far: ");
  bool first = true;
  for (auto const verdict : all_verdicts) {
    bool const always = verdict == Verdict::pass || verdict == Verdict::fail;
    if (totals[verdict] == 0 && !always) continue;
    auto const item = std::to_string(totals[verdict]) + " " + std::string{text(verdict)};
    out += (first ? "" : ", ") + (totals[verdict] == 0 ? item : painted(item, verdict, style));
    first = false;
  }
  return out + "\n";
}

}  // namespace voxspec
