#include "conformance/runner/report_text.hpp"

#include "conformance/peer/wording.hpp"
#include "conformance/runner/frame_line.hpp"
#include "conformance/runner/printable.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <vector>

namespace voxspec {
namespace {

constexpr std::size_t frames_before = 8;
constexpr std::size_t frames_after = 3;
constexpr std::size_t frame_columns_max = 180;
constexpr std::size_t width = 100;
constexpr std::string_view margin = "            ";

// "  label     text", with the further lines of the text below its first.
void put(std::string& out, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  out += "  ";
  out += label;
  out.append(label.size() < 10 ? 10 - label.size() : 1, ' ');
  for (char const c : text) {
    out += c;
    if (c == '\n') out += margin;
  }
  out += '\n';
}

std::string clauses_of(Case const& trace) {
  std::string text;
  for (auto const clause : trace.clauses) {
    if (!text.empty()) text += '\n';
    text += std::string{clause.id()} + " (" + weight_words(clause.entry()) + "): ";
    text += clause.entry().obligation;
  }
  return text;
}

std::string setting_of(CaseReport const& entry) {
  auto const transport = find_transport(entry.result.transport);
  std::string text = transport ? transport_word(*transport) + ", " : "";
  text += boost::describe::enum_to_string(entry.trace->conduit, "?");
  text += " conduit; we are the ";
  text += boost::describe::enum_to_string(entry.trace->role, "?");
  if (entry.trace->subject.mode == SubjectStart::Mode::client) {
    text += ", the subject plays " + entry.trace->subject.scenario;
  }
  return text;
}

std::string seen_in(Observations const& seen) {
  std::string text;
  auto const add = [&](char const* what, std::optional<bool> value) {
    if (value) text += (text.empty() ? "" : ", ") + std::string{*value ? "" : "not "} + what;
  };
  add("told us of a protocol error", seen.told);
  add("gave the link up", seen.closed);
  add("kept from a normal answer", seen.not_honoured);
  add("survived", seen.survived);
  return text;
}

std::string frames_of(CaseReport const& entry, TextStyle style) {
  auto const& frames = entry.result.frames;
  auto const marked = divergence(entry.result);
  bool const failed = entry.result.verdict != Verdict::pass;
  std::size_t first = 0;
  std::size_t end = frames.size();
  if (!style.everything) {
    first = std::min(marked, end) > frames_before ? std::min(marked, end) - frames_before : 0;
    end = std::min(end, marked + 1 + frames_after);
  }
  std::string text;
  auto const add = [&](std::string const& line) { text += (text.empty() ? "" : "\n") + line; };
  if (first > 0) add("  … " + std::to_string(first) + " earlier frames; -v shows all");
  for (std::size_t i = first; i < end; ++i) {
    if (entry.result.frames_dropped > 0 && i == entry.result.dropped_before) {
      add("  … " + std::to_string(entry.result.frames_dropped) + " frames that were not kept");
    }
    bool const diverges = failed && i == marked;
    auto line = (diverges ? "> " : "  ") + frame_line(frames[i]);
    if (!style.everything) line = first_columns(line, frame_columns_max);
    add(diverges ? painted(line, Verdict::fail, style) : line);
  }
  if (end < frames.size()) {
    add("  … " + std::to_string(frames.size() - end) + " later frames; -v shows all");
  }
  if (failed && entry.result.got.is_null() && !entry.result.expected.is_null()) {
    add(painted("> here the frame that was expected did not come", Verdict::fail, style));
  }
  return text;
}

std::string end_of(CaseResult const& result) {
  return std::string{text(result.end)} + "; " + in_words(result.process);
}

std::string last_lines(std::string const& output) {
  auto start = output.size();
  for (int lines = 0; lines < 8 && start > 0; ++lines) {
    auto const at = output.rfind('\n', start - 1);
    start = at == std::string::npos || at == 0 ? 0 : at;
  }
  auto text = printable(output.substr(start));
  text.erase(0, text.find_first_not_of('\n'));
  while (text.ends_with('\n'))
    text.pop_back();
  return text;
}

}  // namespace

std::string painted(std::string_view text, Verdict verdict, TextStyle style) {
  if (!style.color) return std::string{text};
  static constexpr std::array<std::string_view, verdict_count> colors{"32", "1;31", "33",   "34",
                                                                      "2",  "36",   "1;31", "1;35"};
  return "\x1b[" + std::string{colors.at(static_cast<std::size_t>(verdict))} + "m" +
         std::string{text} + "\x1b[0m";
}

std::string case_line(CaseReport const& entry, TextStyle style) {
  auto const verdict = entry.result.verdict;
  std::string word{text(verdict)};
  word.resize(std::max(word.size(), std::size_t{11}), ' ');
  auto line = painted(word, verdict, style) + "  " + entry.result.id;
  if (verdict == Verdict::unsupported || verdict == Verdict::known) {
    return line + "  (" + printable(entry.result.reason) + ")";
  }
  return line + "  " + std::to_string(entry.result.wall.count() / 1000) + " ms";
}

std::string describe_case(RunReport const& report, CaseReport const& entry, TextStyle style) {
  auto const& result = entry.result;
  std::string out = painted(text(result.verdict), result.verdict, style) + "  " + result.id + "\n";
  put(out, "claim", entry.trace->about);
  put(out, "clauses", clauses_of(*entry.trace));
  put(out, "setting", setting_of(entry));
  put(out, "reason", printable(result.reason));
  put(out, "finding", printable(entry.finding));
  if (!result.failed_step.empty()) put(out, "step", result.failed_step);
  if (!result.expected.is_null()) put(out, "expected", brief(result.expected));
  if (!result.expected.is_null() || !result.got.is_null()) {
    put(out, "came", result.got.is_null() ? "nothing" : brief(result.got));
  }
  if (!result.mismatch.empty()) put(out, "differs", "at " + result.mismatch);
  put(out, "seen", seen_in(result.observations));
  put(out, "frames", frames_of(entry, style));
  put(out, "link", end_of(result));
  if (is_unexpected(result.verdict)) put(out, "it wrote", last_lines(entry.output));
  put(out, "again", rerun_line(report, entry));
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
    std::string line = "  " + std::string{chapter} + ":";
    for (auto const& [rule, totals] : clean) {
      if (rule.entry().chapter != chapter) continue;
      auto const item = " " + std::string{rule.id()} + " " + std::to_string(totals[Verdict::pass]);
      if (line.size() + item.size() > width) {
        out += line + "\n";
        line = "   ";
      }
      line += item;
    }
    out += line + "\n";
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
  std::string out = "voxspec " + report.version + ", subject " + report.subject + ", seed " +
                    std::to_string(report.seed) + ", " + seconds.data() + "\n";
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
