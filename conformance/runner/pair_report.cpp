#include "conformance/runner/pair_report.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/run_report.hpp"
#include "conformance/runner/transport_word.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <map>
#include <sstream>
#include <string_view>
#include <tuple>
#include <utility>

namespace voxspec {
namespace {

constexpr std::array verdicts{Verdict::pass, Verdict::fail, Verdict::not_run};

// Transport and conduit.
using Setting = std::pair<std::string, std::string>;

Setting setting_of(PairResult const& result) {
  return {transport_word(result.pairing.transport), result.pairing.conduit};
}

std::string text_of(Setting const& setting) {
  return setting.first + ", " + setting.second + " conduit";
}

struct Cell {
  std::size_t passed = 0;
  std::size_t played = 0;
};

std::string text_of(Cell const& cell) {
  if (cell.played == 0) return "-";
  return std::to_string(cell.passed) + "/" + std::to_string(cell.played);
}

struct Matrix {
  Setting setting;
  std::map<std::pair<std::string, std::string>, Cell> cells;  // of client and server

  [[nodiscard]] Cell at(std::string const& client, std::string const& server) const {
    auto const found = cells.find({client, server});
    return found == cells.end() ? Cell{} : found->second;
  }
};

std::vector<Matrix> matrices(PairReport const& report) {
  std::vector<Matrix> all;
  for (auto const& result : report.results) {
    auto const setting = setting_of(result);
    auto at = std::ranges::find(all, setting, &Matrix::setting);
    if (at == all.end()) at = all.insert(all.end(), {.setting = setting, .cells = {}});
    auto& cell = at->cells[{result.pairing.client->name, result.pairing.server->name}];
    ++cell.played;
    if (result.verdict == Verdict::pass) ++cell.passed;
  }
  return all;
}

// What did not pass, for one reason and in one setting.
struct Group {
  PairResult const* first = nullptr;
  std::vector<std::string_view> scenarios;
};

std::vector<Group> groups(PairReport const& report) {
  using Key = std::tuple<std::string, std::string, Setting, std::string>;
  std::vector<Group> all;
  std::map<Key, std::size_t> known;
  for (auto const& result : report.results) {
    if (result.verdict == Verdict::pass) continue;
    Key const key{result.pairing.client->name, result.pairing.server->name, setting_of(result),
                  result.reason};
    auto const [at, is_new] = known.emplace(key, all.size());
    if (is_new) all.push_back({.first = &result, .scenarios = {}});
    all[at->second].scenarios.emplace_back(result.pairing.scenario);
  }
  return all;
}

// The command that plays the first of a group once more.
std::string again(PairResult const& result) {
  auto const& pairing = result.pairing;
  auto text = "voxspec interop " + shell_word(pairing.client->spelling);
  if (pairing.server->spelling != pairing.client->spelling) {
    text += " " + shell_word(pairing.server->spelling);
  }
  return text + " --client " + shell_word(pairing.client->name) + " --server " +
         shell_word(pairing.server->name) + " --transports " + transport_word(pairing.transport) +
         " --conduits " + pairing.conduit + " --scenarios " + pairing.scenario;
}

std::string indented(std::string const& output) {
  std::istringstream lines{printable(output)};
  std::string text;
  for (std::string line; std::getline(lines, line);)
    text += (text.empty() ? "" : "\n             ") + line;
  return text.empty() ? "nothing" : text;
}

std::string heading(PairResult const& result) {
  return result.pairing.client->name + " plays against " + result.pairing.server->name + " over " +
         text_of(setting_of(result));
}

// Two dialects are two forms of the same messages: what one peer cannot read of the other breaks
// nothing there.
std::string dialects(Pairing const& pairing) {
  auto const client = pairing.client->dialect;
  auto const server = pairing.server->dialect;
  if (client == server) return {};
  return "the client speaks " + dialect_word(client) + ", the server " + dialect_word(server);
}

void describe(std::ostream& out, Group const& group, TextStyle style) {
  auto const& first = *group.first;
  auto const differing = dialects(first.pairing);
  out << '\n'
      << painted(text(first.verdict), first.verdict, style) << "  " << heading(first) << '\n'
      << "  reason     " << printable(first.reason) << '\n'
      << (differing.empty() ? "" : "  dialects   " + differing + '\n') << "  scenarios  "
      << joined(group.scenarios) << '\n'
      << "  client     " << indented(first.client_output) << '\n'
      << "  server     " << indented(first.server_output) << '\n'
      << "  again      " << again(first) << '\n';
}

void draw(std::ostream& out, Matrix const& matrix, PairReport const& report) {
  std::size_t width = text_of(matrix.setting).size();
  for (auto const& subject : report.subjects)
    width = std::max(width, subject.name.size());
  out << '\n' << std::left << std::setw(static_cast<int>(width)) << text_of(matrix.setting);
  auto const columns = [](Subject const& subject) {
    return static_cast<int>(std::max(subject.name.size(), 7uz)) + 2;
  };
  for (auto const& server : report.subjects)
    out << std::right << std::setw(columns(server)) << server.name;
  out << '\n';
  for (auto const& client : report.subjects) {
    out << std::left << std::setw(static_cast<int>(width)) << client.name;
    for (auto const& server : report.subjects)
      out << std::right << std::setw(columns(server))
          << text_of(matrix.at(client.name, server.name));
    out << '\n';
  }
}

std::string sums(PairReport const& report) {
  std::string text;
  for (auto const verdict : verdicts) {
    if (report.count(verdict) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(report.count(verdict)) + " " +
            std::string{voxspec::text(verdict)};
  }
  return std::to_string(report.results.size()) + " played: " + text;
}

constexpr char const* page_head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>voxspec interop</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8888; padding: .3rem .7rem; text-align: left; }
td.bad { background: #c62828; color: #fff; }
td.good { background: #2e7d32; color: #fff; }
pre { background: #8882; overflow-x: auto; padding: .7rem; }
</style></head><body>
)";

void draw_html(std::ostream& out, Matrix const& matrix, PairReport const& report) {
  out << "<h2>" << markup(text_of(matrix.setting)) << "</h2>\n"
      << R"(<div class="wide"><table><thead><tr><th scope="col">client \ server</th>)";
  for (auto const& server : report.subjects)
    out << "<th scope=\"col\">" << markup(server.name) << "</th>";
  out << "</tr></thead><tbody>\n";
  for (auto const& client : report.subjects) {
    out << "<tr><th scope=\"row\">" << markup(client.name) << "</th>";
    for (auto const& server : report.subjects) {
      auto const cell = matrix.at(client.name, server.name);
      char const* const look = cell.played == 0             ? ""
                               : cell.passed == cell.played ? " class=\"good\""
                                                            : " class=\"bad\"";
      out << "<td" << look << ">" << text_of(cell) << "</td>";
    }
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n";
}

}  // namespace

std::size_t PairReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(results, verdict, &PairResult::verdict));
}

std::string pair_text(PairReport const& report, TextStyle style) {
  std::ostringstream out;
  out << "How many client scenarios passed: a row for who plays them, a column for who serves.\n";
  for (auto const& matrix : matrices(report))
    draw(out, matrix, report);
  for (auto const& group : groups(report))
    describe(out, group, style);
  out << '\n' << sums(report) << '\n';
  return out.str();
}

Json pair_json(PairReport const& report) {
  Json out{{"version", report.version},
           {"subjects", Json::array()},
           {"totals", Json::object()},
           {"results", Json::array()}};
  for (auto const& subject : report.subjects)
    out["subjects"].push_back({{"name", subject.name},
                               {"about", subject.about},
                               {"dialect", dialect_word(subject.dialect)}});
  for (auto const verdict : verdicts)
    out["totals"][name_of(verdict)] = report.count(verdict);
  for (auto const& result : report.results) {
    Json entry{{"client", result.pairing.client->name},
               {"server", result.pairing.server->name},
               {"transport", transport_word(result.pairing.transport)},
               {"conduit", result.pairing.conduit},
               {"scenario", result.pairing.scenario},
               {"verdict", name_of(result.verdict)},
               {"ms", result.wall.count()}};
    if (result.verdict != Verdict::pass) {
      entry["reason"] = printable(result.reason);
      entry["client_output"] = printable(result.client_output);
      entry["server_output"] = printable(result.server_output);
      entry["again"] = again(result);
    }
    out["results"].push_back(std::move(entry));
  }
  return out;
}

std::string pair_html(PairReport const& report) {
  std::ostringstream out;
  out << page_head << "<h1>Who understands whom</h1>\n<p>" << markup(sums(report))
      << ". A row for who plays the client scenarios, a column for who serves; voxspec "
      << markup(report.version) << ".</p>\n";
  for (auto const& matrix : matrices(report))
    draw_html(out, matrix, report);
  for (auto const& group : groups(report)) {
    std::ostringstream text;
    describe(text, group, {});
    out << "<h3>" << markup(heading(*group.first)) << "</h3>\n<pre>" << markup(text.str())
        << "</pre>\n";
  }
  out << "</body></html>\n";
  return out.str();
}

}  // namespace voxspec
