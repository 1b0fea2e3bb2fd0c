#include "conformance/runner/report_json.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/runner/causes.hpp"
#include "conformance/runner/levels.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

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

Json cost_json(ProcessCost const& cost) {
  Json json{{"processor_ms", static_cast<double>(cost.processor.count()) / 1000.0}};
  if (cost.memory_kib) json["memory_kib"] = *cost.memory_kib;
  return json;
}

}  // namespace

std::string name_of(Verdict verdict) {
  return boost::describe::enum_to_string(verdict, "?");
}

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
  if (entry.cost) json["cost"] = cost_json(*entry.cost);
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

namespace {

Json frame_json(FrameRecord const& frame, bool is_decisive) {
  auto json = record_json(frame);
  auto const& said = frame.decoded;
  auto const kind = kind_of_frame(said);
  if (auto const* const known = find_frame_kind(kind)) {
    auto const is_stable = said.contains("stable_frame");
    json["layer"] = name_of(is_stable ? Layer::stable : known->layer);
    json["kind"] = known->name;
  }
  if (is_decisive) json["decisive"] = true;
  return json;
}

Json case_json(RunReport const& report, CaseReport const& entry, FramesOf wanted) {
  auto json = result_json(entry);
  auto const& result = entry.result;
  auto const& frames = result.frames;
  if (auto const level = level_of(*entry.trace); !level.empty()) json["level"] = level;
  auto const is_decided = !result.got.is_null() || !result.expected.is_null();
  auto const decisive = divergence(result);
  if (is_decided && decisive == frames.size()) json["awaited"] = true;
  if (wanted == FramesOf::all || result.verdict != Verdict::pass) {
    auto& list = json["frames"] = Json::array();
    for (std::size_t i = 0; i < frames.size(); ++i)
      list.push_back(frame_json(frames[i], is_decided && decisive == i));
  }
  json["again"] = rerun_line(report, entry);
  return json;
}

Json causes_json(RunReport const& report) {
  Json list = Json::array();
  for (auto const& group : by_cause(report)) {
    auto const& first = group.cases.front()->result;
    Json ids = Json::array();
    for (auto const* const entry : group.cases)
      ids.push_back(entry->result.id);
    list.push_back({{"verdict", name_of(first.verdict)},
                    {"cause", cause_of(first.reason)},
                    {"cases", std::move(ids)}});
  }
  return list;
}

Json levels_json(RunReport const& report) {
  Json list = Json::array();
  for (auto const& level : levels(report)) {
    list.push_back({{"level", level.name},
                    {"passed", level.passed},
                    {"judged", level.judged},
                    {"left", level.left}});
    if (level.next != nullptr) list.back()["next"] = level.next->result.id;
  }
  return list;
}

Json rules_json(RunReport const& report) {
  Json list = Json::array();
  for (auto const& [rule, totals] : by_rule(report)) {
    list.push_back({{"rule", rule.id()},
                    {"chapter", rule.entry().chapter},
                    {"summary", rule.entry().summary},
                    {"totals", totals_json(totals)}});
  }
  return list;
}

Json clauses_json(RunReport const& report) {
  Json list = Json::array();
  for (auto const& [clause, totals] : by_clause(report)) {
    auto const& entry = clause.entry();
    list.push_back({{"clause", clause.id()},
                    {"rule", clause.rule().id()},
                    {"level", level_word(entry.level)},
                    {"authority", name_of(entry.authority)},
                    {"obligation", entry.obligation},
                    {"totals", totals_json(totals)}});
    if (!entry.shipped.empty()) list.back()["shipped"] = entry.shipped;
  }
  return list;
}

}  // namespace

Json report_json(RunReport const& report, FramesOf frames) {
  Json json{{"format", 1},
            {"version", report.version},
            {"subject", report.subject},
            {"selected", report.selected},
            {"dialect", dialect_word(report.dialect)},
            {"seed", report.seed},
            {"wall_ms", report.wall.count()},
            {"totals", totals_json(report.totals())},
            {"exit_code", report.exit_code()},
            {"complete", report.complete},
            {"canary_held", report.canary_held}};
  if (!report.stopped_by.empty()) json["stopped_by"] = report.stopped_by;
  auto& cases = json["cases"] = Json::array();
  for (auto const& entry : report.cases)
    cases.push_back(case_json(report, entry, frames));
  json["causes"] = causes_json(report);
  json["levels"] = levels_json(report);
  json["rules"] = rules_json(report);
  json["clauses"] = clauses_json(report);
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
