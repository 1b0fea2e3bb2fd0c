#include "conformance/runner/report_table.hpp"

#include "conformance/runner/printable.hpp"
#include "spec/clause.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace voxspec {
namespace {

struct Shown {
  std::size_t cases = 0;
  std::string first;  // the id of one of them
};
using Row = std::pair<vox::Clause, std::string>;  // with what comes instead

bool is_otherwise(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::known || verdict == Verdict::non_strict;
}

// One line that no character of ends the cell.
std::string markdown_cell(std::string_view text) {
  std::string out;
  for (char const c : printable(text)) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string report_table(RunReport const& report) {
  std::map<std::string_view, std::map<Row, Shown>> chapters;
  std::set<vox::Clause> clauses;
  std::size_t cases = 0;
  for (auto const& entry : report.cases) {
    if (!is_otherwise(entry.result.verdict) || entry.trace->clauses.empty()) continue;
    auto const clause = entry.trace->clauses.front();
    auto& shown = chapters[clause.rule().entry().chapter][{clause, entry.result.reason}];
    if (shown.cases++ == 0) shown.first = entry.result.id;
    clauses.insert(clause);
    ++cases;
  }
  std::ostringstream out;
  out << "# What `" << markdown_cell(report.subject)
      << "` does otherwise than the specification\n\n"
      << "Made by `voxspec run --table`. Of " << report.cases.size() << " cases " << cases
      << " show something, of " << clauses.size() << " clauses. `voxspec explain` says what a case "
      << "does.\n";
  for (auto const& [chapter, rows] : chapters) {
    out << "\n## " << chapter
        << "\n\n| clause | which says | what comes instead | cases | such as |\n"
        << "| --- | --- | --- | ---: | --- |\n";
    for (auto const& [row, shown] : rows) {
      out << "| " << row.first.id() << " | " << markdown_cell(row.first.entry().obligation) << " | "
          << markdown_cell(row.second) << " | " << shown.cases << " | `"
          << markdown_cell(shown.first) << "` |\n";
    }
  }
  return out.str();
}

}  // namespace voxspec
