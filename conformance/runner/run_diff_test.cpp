#include "conformance/runner/run_diff.hpp"

#include "conformance/peer/json.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace {

using namespace voxspec;

CaseOutcome outcome(std::string id, std::string verdict, double ms = 5, std::string step = "") {
  return {.id = std::move(id),
          .clauses = {"session.parity/1"},
          .verdict = std::move(verdict),
          .reason = "",
          .step = std::move(step),
          .ms = ms};
}

RunOutcome run(std::initializer_list<CaseOutcome> outcomes) {
  RunOutcome result;
  for (auto const& each : outcomes)
    result.cases.emplace(each.id, each);
  return result;
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("a run does not differ from itself") {
  auto const some = run({outcome("a", "pass"), outcome("b", "fail", 5, "/steps/1")});
  auto const diff = compare_runs(some, some);
  CHECK(diff.empty());
  CHECK(describe(diff) == "no difference\n");
}

TEST_CASE("cases that are new, gone, changed or slower are told apart") {
  auto const before = run({outcome("changed", "pass"), outcome("gone", "known"),
                           outcome("same", "pass"), outcome("slower", "pass", 20)});
  auto after = run({outcome("changed", "fail", 9000, "/steps/2"), outcome("new", "pass"),
                    outcome("same", "pass", 900), outcome("slower", "pass", 1300)});
  after.cases.at("changed").reason = "it does not";
  auto const diff = compare_runs(before, after);
  CHECK_FALSE(diff.empty());
  CHECK(describe(diff) ==
        "new       new  pass\n"
        "gone      gone  known\n"
        "changed   changed  pass -> fail: it does not\n"
        "slower    slower  20 ms -> 1300 ms\n"
        "\n"
        "By clause:\n"
        "  session.parity/1: 1 new, 1 gone, 1 changed, 1 slower\n"
        "\n"
        "1 new, 1 gone, 1 changed, 1 slower\n");
}

TEST_CASE("a case that fails at another step has changed") {
  auto const diff = compare_runs(run({outcome("a", "fail", 5, "/steps/1")}),
                                 run({outcome("a", "fail", 5, "/steps/3")}));
  REQUIRE(diff.changed.size() == 1);
  CHECK(describe(diff).starts_with("changed   a  fail at /steps/1 -> fail at /steps/3\n"));
}

TEST_CASE("how much slower counts can be said, and that nothing does") {
  auto const before = run({outcome("a", "pass", 10)});
  auto const after = run({outcome("a", "pass", 25)});
  CHECK(compare_runs(before, after).empty());
  CHECK(compare_runs(before, after, {.factor = 2, .least = {}}).slower.size() == 1);
  CHECK(compare_runs(before, after, {.factor = 0, .least = {}}).empty());
}

TEST_CASE("a result file is read as it was written, and another one is refused by its name") {
  TemporaryFolder const folder;
  Case trace;
  trace.id = "a";
  RunReport report;
  report.subject = "some subject";
  CaseReport entry;
  entry.trace = &trace;
  entry.result.id = "a";
  entry.result.clauses = {"session.parity/1"};
  entry.result.verdict = Verdict::fail;
  entry.result.reason = "so it was";
  entry.result.failed_step = "/steps/4";
  entry.result.wall = std::chrono::milliseconds{7};
  report.cases.push_back(entry);
  auto const file = folder.path() / "run.json";
  std::ofstream{file} << report_json(report).dump();
  auto const loaded = load_run(file);
  REQUIRE(loaded);
  CHECK(loaded->subject == "some subject");
  CHECK(loaded->complete);
  auto expected = outcome("a", "fail", 7, "/steps/4");
  expected.reason = "so it was";
  CHECK(loaded->cases.at("a") == expected);

  report.complete = false;
  std::ofstream{file} << report_json(report).dump();
  CHECK_FALSE(load_run(file)->complete);
  std::ofstream{file} << R"({"subject": 7})";
  CHECK(load_run(file).error() == file.string() + ": no result of 'voxspec run --json'");
}

TEST_SUITE_END();

}  // namespace
