#include "tools/explore_report.hpp"

#include "conformance/runner/glob.hpp"
#include "conformance/runner/printable.hpp"

#include <algorithm>
#include <ranges>
#include <sstream>

namespace voxspec {
namespace {

std::string clauses_of(explore::Row const& row) {
  std::string text;
  for (auto const clause : row.clauses)
    text += (text.empty() ? "" : ", ") + std::string{clause.id()};
  return text;
}

std::string moves_of(explore::Model const& model, explore::Finding const& finding) {
  std::string text;
  for (auto const& move : finding.conversation.moves)
    text += (text.empty() ? "" : ", ") + model.rows[move.row].name;
  return text;
}

}  // namespace

std::string model_table(explore::Model const& model, std::string const& rows) {
  std::ostringstream out;
  for (auto const& row : model.rows) {
    if (!matches_glob(rows, row.name)) continue;
    out << row.name << "\n  " << row.about << "\n  clauses  " << clauses_of(row) << "\n  right    "
        << explore::reactions_in_words(row) << '\n';
    if (!row.not_compared.empty()) out << "  not compared: " << row.not_compared << '\n';
  }
  return out.str();
}

std::string describe_finding(explore::Model const& model, explore::Finding const& finding,
                             std::string const& subject, std::string const& again,
                             TextStyle style) {
  RunReport report;
  report.subject = subject;
  report.again = again;
  report.again_by_id = false;
  auto entry = finding.report;
  entry.trace = &finding.script.trace;
  if (finding.is_known) entry.result.verdict = Verdict::known;
  if (!finding.difference.empty()) {
    entry.result.verdict = Verdict::fail;
    entry.result.reason =
        "two subjects differ in " + finding.difference.substr(0, finding.difference.find(':'));
  }
  std::ostringstream out;
  out << describe_case(report, entry, style) << "  moves     " << moves_of(model, finding) << '\n'
      << "  seen      " << finding.count << (finding.count == 1 ? " time\n" : " times\n");
  if (!finding.difference.empty()) out << "  they differ in " << printable(finding.difference);
  return out.str();
}

std::string coverage_text(explore::Model const& model, explore::SearchResult const& result) {
  std::ostringstream out;
  auto const is_reached = [&](std::size_t row) { return result.reached[row] > 0; };
  auto const count = std::ranges::count_if(result.playable, is_reached);
  auto const& tally = result.tally;
  out << tally.played << " sequences of " << tally.moves << " moves; rows " << count << " of "
      << result.playable.size() << " that this subject can be asked to play (" << model.rows.size()
      << " in all), " << result.states.size() << " states\n";
  for (auto const row : result.playable) {
    if (!is_reached(row)) out << "not passed  " << model.rows[row].name << '\n';
  }
  if (!result.unrepeated.empty()) {
    out << result.unrepeated.size() << " seen once and not again\n";
  }
  if (tally.not_run > 0) {
    out << tally.not_run << " not run: " << printable(result.hindrance) << '\n';
  }
  out << tally.causes - tally.known << " new, " << tally.known << " known\n";
  return out.str();
}

Json search_json(explore::Model const& model, explore::SearchResult const& result,
                 std::string const& subject, std::uint64_t seed) {
  Json document{{"subject", subject},
                {"seed", seed},
                {"sequences", result.tally.played},
                {"moves", result.tally.moves},
                {"not_run", result.tally.not_run},
                {"states", result.states}};
  auto& rows = document["rows"] = Json::object();
  for (auto const row : result.playable)
    rows[model.rows[row].name] = result.reached[row];
  auto& findings = document["findings"] = Json::array();
  for (auto const& finding : result.findings) {
    Json each{{"row", model.rows[finding.cause.row].name},
              {"verdict", text(finding.verdict)},
              {"known", finding.is_known},
              {"count", finding.count},
              {"reason", finding.report.result.reason},
              {"case", explore::case_file(model, finding)}};
    if (!finding.difference.empty()) each["difference"] = finding.difference;
    findings.push_back(std::move(each));
  }
  return document;
}

std::filesystem::path case_path(std::filesystem::path const& folder, explore::Model const& model,
                                explore::Finding const& finding, std::size_t number) {
  auto name = model.rows[finding.cause.row].name;
  std::ranges::replace(name, '/', '-');
  return folder / (name + "-" + std::to_string(number) + ".json");
}

}  // namespace voxspec
