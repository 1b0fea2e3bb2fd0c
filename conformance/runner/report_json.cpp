#include "conformance/runner/report_json.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace voxspec {
namespace {

template <class Enum>
std::string name_of(Enum value) {
  return boost::describe::enum_to_string(value, "?");
}

Json totals_json(Totals const& totals) {
  Json json = Json::object();
  for (auto const verdict : all_verdicts)
    json[name_of(verdict)] = totals[verdict];
  return json;
}

Json observations_json(Observations const& seen) {
  Json json = Json::object();
  auto const add = [&](char const* key, std::optional<bool> value) {
    if (value) json[key] = *value;
  };
  add("told", seen.told);
  add("closed", seen.closed);
  add("not_honoured", seen.not_honoured);
  add("survived", seen.survived);
  return json;
}

// Ports say "websocket"; reports spell a transport as the command line does.
std::string spelled(std::string const& transport) {
  auto const found = find_transport(transport);
  return found ? transport_word(*found) : transport;
}

}  // namespace

Json result_json(CaseReport const& entry) {
  auto const& result = entry.result;
  Json json{{"id", result.id},
            {"about", entry.trace->about},
            {"clauses", result.clauses},
            {"role", name_of(result.role)},
            {"transport", spelled(result.transport)},
            {"conduit", name_of(entry.trace->conduit)},
            {"verdict", name_of(result.verdict)},
            {"reason", result.reason},
            {"end", name_of(result.end)},
            {"process", text(result.process)},
            {"start_ms", static_cast<double>(result.start.count()) / 1000.0},
            {"ms", static_cast<double>(result.wall.count()) / 1000.0}};
  if (result.hindrance != Hindrance::none) json["hindrance"] = name_of(result.hindrance);
  if (result.frames_dropped > 0) {
    json["frames_dropped"] = result.frames_dropped;
    json["dropped_before"] = result.dropped_before;
  }
  if (!entry.finding.empty()) json["finding"] = entry.finding;
  if (result.verdict == Verdict::pass || result.verdict == Verdict::unsupported) return json;
  json["step"] = result.failed_step;
  json["expected"] = result.expected;
  json["got"] = result.got;
  json["mismatch"] = result.mismatch;
  json["timed_out"] = result.timed_out;
  if (auto seen = observations_json(result.observations); !seen.empty()) {
    json["observations"] = std::move(seen);
  }
  if (!entry.output.empty()) json["output"] = entry.output;
  return json;
}

Json report_json(RunReport const& report) {
  Json json{{"version", report.version},
            {"subject", report.subject},
            {"dialect", dialect_word(report.dialect)},
            {"seed", report.seed},
            {"wall_ms", report.wall.count()},
            {"totals", totals_json(report.totals())},
            {"exit_code", report.exit_code()},
            {"complete", report.complete},
            {"canary_held", report.canary_held}};
  if (!report.stopped_by.empty()) json["stopped_by"] = report.stopped_by;
  auto& cases = json["cases"] = Json::array();
  for (auto const& entry : report.cases) {
    auto each = result_json(entry);
    auto& frames = each["frames"] = Json::array();
    for (auto const& frame : entry.result.frames)
      frames.push_back(record_json(frame));
    each["again"] = rerun_line(report, entry);
    cases.push_back(std::move(each));
  }
  auto& rules = json["rules"] = Json::array();
  for (auto const& [rule, totals] : by_rule(report)) {
    rules.push_back({{"rule", rule.id()}, {"totals", totals_json(totals)}});
  }
  auto& clauses = json["clauses"] = Json::array();
  for (auto const& [clause, totals] : by_clause(report)) {
    clauses.push_back({{"clause", clause.id()},
                       {"authority", name_of(clause.entry().authority)},
                       {"totals", totals_json(totals)}});
  }
  auto& unmatched = json["unmatched_expectations"] = Json::array();
  for (auto const& entry : report.unmatched) {
    unmatched.push_back({{"where", entry.where}, {"case", entry.cases}, {"reason", entry.reason}});
  }
  auto& errors = json["trace_errors"] = Json::array();
  for (auto const& error : report.trace_errors)
    errors.push_back(text(error));
  return json;
}

}  // namespace voxspec
