#include "conformance/runner/report_text.hpp"

#include "conformance/peer/wording.hpp"
#include "conformance/runner/frame_line.hpp"
#include "conformance/runner/printable.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <vector>

namespace voxspec {
namespace {

constexpr std::size_t frames_before = 8;
constexpr std::size_t frames_after = 3;
constexpr std::size_t frame_columns_max = 180;

// "  label     text", with the further lines of the text below its first.
void put(std::string& out, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  out += "  ";
  out += label;
  out.append(label.size() < 10 ? 10 - label.size() : 1, ' ');
  for (char const c : text) {
    out += c;
    if (c == '\n') out += report_margin;
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
  auto const add = [&](std::optional<bool> value, char const* yes, char const* no) {
    if (value) text += (text.empty() ? "" : ", ") + std::string{*value ? yes : no};
  };
  add(seen.told, "it told of a protocol error", "it told of no protocol error");
  add(seen.closed, "it gave the link up", "it kept the link");
  add(seen.not_honoured, "it gave no normal answer", "it gave a normal answer");
  add(seen.survived, "it survived", "it did not survive");
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

// What the subject wrote. Of much, the first lines, where many runtimes say why they stop, and the
// last ones.
std::string written(std::string const& output, TextStyle style) {
  constexpr std::size_t lines_of_each = 5;
  std::vector<std::string> lines;
  std::istringstream all{printable(output)};
  for (std::string line; std::getline(all, line);)
    if (!line.empty() || !lines.empty()) lines.push_back(std::move(line));
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  auto const hidden =
      style.everything ? 0 : lines.size() - std::min(lines.size(), 2 * lines_of_each);
  std::string text;
  auto const add = [&](std::string const& line) { text += (text.empty() ? "" : "\n") + line; };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (hidden > 0 && i == lines_of_each) {
      add("… " + std::to_string(hidden) + " more lines; -v shows all");
      i += hidden;
    }
    add(lines[i]);
  }
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
  if (is_unexpected(result.verdict)) put(out, "it wrote", written(entry.output, style));
  put(out, "again", rerun_line(report, entry));
  return out;
}

}  // namespace voxspec
