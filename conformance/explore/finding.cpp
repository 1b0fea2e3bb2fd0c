#include "conformance/explore/finding.hpp"

#include "conformance/peer/verdict.hpp"

#include <algorithm>
#include <cctype>

namespace voxspec::explore {
namespace {

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// What any violation is met with, whatever it was; one of the rule's clauses is about a violation.
bool is_general(vox::Clause clause) {
  return clause.rule().id() == "session.protocol-error" && clause.number() != 6;
}

}  // namespace

std::string without_numbers(std::string_view reason) {
  std::string text;
  for (std::size_t i = 0; i < reason.size();) {
    auto end = i;
    auto const in_word = i > 0 && std::isalnum(static_cast<unsigned char>(reason[i - 1])) != 0;
    if (!in_word && is_hex(reason[i])) {
      while (end < reason.size() && (is_hex(reason[end]) || reason[end] == 'x'))
        ++end;
    }
    auto const run = reason.substr(i, end - i);
    auto const is_whole =
        end == reason.size() || std::isalnum(static_cast<unsigned char>(reason[end])) == 0;
    if (!run.empty() && is_whole && std::ranges::any_of(run, is_digit)) {
      text += '#';
      i = end;
    } else {
      text += is_digit(reason[i]) ? '#' : reason[i];
      ++i;
    }
  }
  return text;
}

std::optional<Cause> cause_in(Script const& script, CaseReport const& report) {
  auto const& result = report.result;
  if (result.verdict == Verdict::pass || result.verdict == Verdict::unsupported ||
      result.verdict == Verdict::not_run || script.moves.empty()) {
    return std::nullopt;
  }
  auto const move = script.move_of(result.failed_step).value_or(script.moves.size() - 1);
  return Cause{.row = script.moves[move].row, .reason = without_numbers(result.reason)};
}

Verdict verdict_of(Row const& row, CaseReport const& report) {
  // What every peer has to do does not become milder with the row.
  if (report.result.process.crashed() || report.result.timed_out) return Verdict::fail;
  Case about;
  about.clauses = row.clauses;
  return breach_of(about.level());
}

std::set<vox::Clause> known_clauses(KnownFailures const& known, std::vector<Case> const& cases) {
  std::set<vox::Clause> out;
  for (auto const& entry : known.entries()) {
    for (auto const& each : cases) {
      if (!entry.is_about(each.id, each.clauses)) continue;
      for (auto const clause : each.clauses) {
        if (!is_general(clause)) out.insert(clause);
      }
    }
  }
  return out;
}

Json case_file(Model const& model, Finding const& finding) {
  auto const& row = model.rows[finding.cause.row];
  auto document = finding.script.document;
  document["about"] = row.about;
  document["rules"] = Json::array();
  for (auto const clause : row.clauses)
    document["rules"].push_back(clause.id());
  return document;
}

}  // namespace voxspec::explore
