#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/report_junit.hpp"
#include "conformance/runner/report_table.hpp"
#include "conformance/runner/report_text.hpp"
#include "conformance/runner/run_report.hpp"
#include "conformance/runner/sample_run.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace voxspec;
using enum Verdict;

TEST_SUITE_BEGIN("runner");

TEST_CASE("the totals add up to the cases") {
  SomeRun const run;
  auto const totals = run.report.totals();
  CHECK(totals.sum() == run.report.cases.size());
  for (auto const verdict : all_verdicts) {
    CHECK(totals[verdict] == 1);
  }
}

TEST_CASE("the exit code tells an unexpected result from cases that were not run") {
  RunReport report;
  CHECK(report.exit_code() == 0);
  for (auto const& [verdict, code] : {std::pair{pass, 0},
                                      {fail, 1},
                                      {non_strict, 0},
                                      {differs, 0},
                                      {unsupported, 0},
                                      {known, 0},
                                      {unexpected_pass, 1},
                                      {not_run, 4}}) {
    CAPTURE(text(verdict));
    report.cases.assign(1, CaseReport{});
    report.cases.front().result.verdict = verdict;
    CHECK(report.exit_code() == code);
  }
  // A subject that comes up for no case did not start; for some, they were not run.
  report.cases.assign(2, CaseReport{});
  for (auto& entry : report.cases) {
    entry.result.verdict = not_run;
    entry.result.hindrance = Hindrance::start;
  }
  CHECK(report.exit_code() == 3);
  report.cases[0].result.verdict = unsupported;
  report.cases[0].result.hindrance = Hindrance::none;
  CHECK(report.exit_code() == 3);
  report.cases[0].result.verdict = pass;
  CHECK(report.exit_code() == 4);
  report.stopped_by = "SIGINT";
  CHECK(report.exit_code() == 130);
  report.stopped_by.clear();
  report.cases.clear();
  report.unmatched.emplace_back();
  CHECK(report.exit_code() == 1);
  report.unmatched.clear();
  report.trace_errors.emplace_back();
  CHECK(report.exit_code() == 4);
  report.trace_errors.clear();
  report.canary_held = false;
  CHECK(report.exit_code() == 4);
}

TEST_CASE("an expectation about no case of the suite is unmatched") {
  SomeRun const run;
  KnownFailure here;
  here.cases = "chapter";
  KnownFailure gone;
  gone.cases = "chapter/gone";
  KnownFailure other_rule;
  other_rule.cases = "chapter";
  other_rule.rules = {"connection.open"};
  auto const found = unmatched(KnownFailures{{here, gone, other_rule}}, run.traces);
  REQUIRE(found.size() == 2);
  CHECK(found[0].cases == "chapter/gone");
  CHECK_FALSE(found[1].rules.empty());
}

TEST_CASE("the frame that differed is marked, and it is the last one that was received") {
  SomeRun run;
  auto& entry = run.failed();
  CHECK(divergence(entry.result) == 3);
  auto const described = describe_case(run.report, entry, {});
  CHECK(count(described, "\n            > ") == 1);
  CHECK(described.contains("it sends {\"on\":0,\"ping\":{\"nonce\":3}}"));
  CHECK(described.contains("expected  {\"pong\":{\"nonce\":7}}"));
  CHECK(described.contains("again     voxspec run --subject rust chapter/fail\n"));
}

TEST_CASE("a frame that did not come is marked where it was awaited") {
  SomeRun run;
  auto& entry = run.failed();
  entry.result.got = nullptr;
  CHECK(divergence(entry.result) == entry.result.frames.size());
  CHECK(describe_case(run.report, entry, {})
            .contains("> here the frame that was expected did not come"));
}

TEST_CASE("a long exchange is cut around the divergence, and says so") {
  SomeRun run;
  auto& entry = run.failed();
  auto const frame = entry.result.frames.front();
  entry.result.frames.insert(entry.result.frames.begin(), 40, frame);
  auto const brief_text = describe_case(run.report, entry, {});
  CHECK(brief_text.contains("35 earlier frames; -v shows all"));
  auto const all = describe_case(run.report, entry, {.everything = true});
  CHECK(count(all, " ms  ") == 45);
}

TEST_CASE("the banner names every verdict that came up, and its numbers") {
  SomeRun const run;
  CHECK(banner(run.report, {})
            .ends_with("8 cases: 1 pass, 1 fail, 1 non-strict, 1 differs, 1 unsupported, "
                       "1 known, 1 unexpected pass, 1 not run\n"));
  CHECK(banner(RunReport{}, {}).ends_with("0 cases: 0 pass, 0 fail\n"));
}

TEST_CASE("cases that cost the subject far more than the usual one are named") {
  using namespace std::chrono_literals;
  RunReport report;
  report.cases.assign(5, CaseReport{});
  for (auto& entry : report.cases)
    entry.cost = ProcessCost{.memory_kib = 10 << 10, .processor = 4ms};
  CHECK(costs(report).empty());
  report.cases[1].result.id = "link/huge";
  report.cases[1].cost = ProcessCost{.memory_kib = 900 << 10, .processor = 4ms};
  report.cases[3].result.id = "link/long";
  report.cases[3].cost = ProcessCost{.memory_kib = std::nullopt, .processor = 1500ms};
  report.cases[4].cost.reset();
  CHECK(costs(report) ==
        "The subject took far more memory or processor time than for a usual case (10 MiB, 4 ms):\n"
        "  link/huge: 900 MiB, 4 ms\n"
        "  link/long: 1500 ms\n");
}

TEST_CASE("the table has a row for each rule that did not simply pass") {
  SomeRun run;
  CHECK(rule_table(run.report, {}).contains("\n  session.parity "));
  for (auto& entry : run.report.cases) {
    entry.result.verdict = pass;
  }
  CHECK(rule_table(run.report, {}) ==
        "Rules with every case passing (1), each with how many:\n  conn: session.parity 8\n");
}

TEST_CASE("JUnit counts and escapes everything, whatever the subject wrote") {
  SomeRun const run;
  auto const xml = report_junit(run.report);
  CHECK(xml.contains(
      "<testsuite name=\"chapter\" tests=\"8\" failures=\"2\" errors=\"1\" skipped=\"2\""));
  CHECK(count(xml, "<testcase ") == 8);
  CHECK(count(xml, "<failure ") == 2);
  CHECK(count(xml, "<error ") == 1);
  CHECK(count(xml, "<skipped ") == 2);
  CHECK_FALSE(xml.contains("<b "));
  CHECK_FALSE(xml.contains('\x1b'));
  CHECK_FALSE(xml.contains('\x01'));
  CHECK_FALSE(xml.contains('\xff'));
  CHECK(xml.contains("&lt;b attr=&quot;&#39;&amp;]]&gt;\uFFFD[31m\uFFFD\uFFFD&#10;next line"));
}

TEST_CASE("the table has a row for each clause and reason, and nothing that ends a cell") {
  SomeRun run;
  auto const page = report_table(run.report);
  auto const otherwise = [](CaseReport const& entry) {
    auto const verdict = entry.result.verdict;
    return verdict == Verdict::fail || verdict == Verdict::known || verdict == Verdict::non_strict;
  };
  auto const shown = std::ranges::count_if(run.report.cases, otherwise);
  REQUIRE(shown > 0);
  CHECK(page.contains("Of 8 cases " + std::to_string(shown) + " show something"));
  CHECK(page.contains("| clause | which says |"));
  CHECK_FALSE(page.contains('\x1b'));
  for (auto& entry : run.report.cases) {
    entry.result.verdict = Verdict::known;
    entry.result.reason = "one | reason\nfor all";
  }
  auto const one = report_table(run.report);
  CHECK(one.contains("| one \\| reason"));
  CHECK(one.contains("| 8 | `chapter/"));
  for (auto& entry : run.report.cases)
    entry.result.verdict = Verdict::pass;
  CHECK_FALSE(report_table(run.report).contains("| clause"));
}

TEST_CASE("a violation that had no effect is decided by the last answer") {
  SomeRun run;
  auto& result = run.failed().result;
  result.observations.closed = false;
  result.got = {{"closed", false}};
  result.frames[4].direction = Direction::sent;
  CHECK(divergence(result) == 3);
  result.observations.closed = true;
  CHECK(divergence(result) == result.frames.size());
}

TEST_CASE("the JSON holds what scripts rely on") {
  SomeRun run;
  run.failed();
  auto const json = report_json(run.report);
  for (auto const* const key : {"version", "subject", "seed", "wall_ms", "totals", "cases"}) {
    CAPTURE(key);
    CHECK(json.contains(key));
  }
  std::size_t sum = 0;
  for (auto const& [verdict, number] : json["totals"].items()) {
    sum += number.get<std::size_t>();
  }
  CHECK(sum == json["cases"].size());
  auto const& failed = json["cases"][1];
  for (auto const* const key :
       {"id", "clauses", "role", "transport", "verdict", "reason", "end", "ms", "frames"}) {
    CAPTURE(key);
    CHECK(failed.contains(key));
  }
  CHECK(failed["verdict"] == "fail");
  CHECK(failed["transport"] == "ws");
  CHECK(failed["ms"] == 1.5);
  CHECK(failed["frames"].size() == 5);
  CHECK(failed["frames"][3]["decisive"] == true);
  CHECK(failed["frames"][3]["kind"] == "ping");
  CHECK(failed["frames"][3]["layer"] == "message");
  CHECK_FALSE(failed["frames"][2].contains("decisive"));
  run.failed().result.got = nullptr;
  CHECK(report_json(run.report)["cases"][1]["awaited"] == true);
  CHECK(json["causes"].size() == 2);  // of fail and unexpected pass
  CHECK(json["clauses"][0]["obligation"].get<std::string>().size() > 0);
}

TEST_CASE("a report that still grows says so") {
  SomeRun run;
  CHECK(banner(run.report, {}).contains("\n8 cases: 1 pass"));
  CHECK(report_json(run.report)["complete"] == true);
  run.report.complete = false;
  CHECK(banner(run.report, {}).contains("\n8 cases so far: 1 pass"));
  CHECK(report_json(run.report)["complete"] == false);
}

TEST_CASE("frames that were not kept are counted where they are missing") {
  SomeRun run;
  auto& entry = run.failed();
  entry.result.frames_dropped = 70'000;
  entry.result.dropped_before = 2;
  auto const text = describe_case(run.report, entry, {});
  auto const gap = text.find("… 70000 frames that were not kept");
  REQUIRE(gap != std::string::npos);
  CHECK(text.find("\"nonce\":1") < gap);
  CHECK(text.find("\"nonce\":2") > gap);
  CHECK(report_json(run.report)["cases"][1]["frames_dropped"] == 70'000);
}

TEST_CASE("a run that was stopped, or met nobody who speaks vox, says so once") {
  SomeRun run;
  CHECK(complaints(run.report, {}).empty());
  run.report.stopped_by = "SIGTERM";
  run.report.cases[1].result.hindrance = Hindrance::silent;
  run.report.cases[2].result.hindrance = Hindrance::stopped;
  CHECK(complaints(run.report, {}) ==
        "silent  nobody speaks vox there; 1 case was left out\n"
        "stopped  by SIGTERM; 1 case was not judged any more\n");
  CHECK(report_json(run.report)["stopped_by"] == "SIGTERM");
}

TEST_CASE("what is not text becomes the replacement character, once for each byte or control") {
  CHECK(printable("plain ü €\t\n") == "plain ü €\t\n");
  CHECK(printable(std::string_view{"a\0b", 3}) == "a\uFFFDb");
  CHECK(printable("\xc3") == "\uFFFD");
  CHECK(printable("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(printable("line\r\nline") == "line\nline");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\uFFFD31m");
  CHECK(printable("\xef\xbf\xbf") == "\uFFFD");
}

TEST_CASE("a text is cut between characters, and says that it was") {
  CHECK(first_columns("grüße", 5) == "grüße");
  CHECK(first_columns("grüße", 4) == "grüß…");
  CHECK(first_columns("grüße", 2) == "gr…");
}

TEST_CASE("a word is quoted for the shell only where it has to be") {
  CHECK(shell_word("connection/open@initiator") == "connection/open@initiator");
  CHECK(shell_word("open[a]") == "'open[a]'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("") == "''");
}

TEST_SUITE_END();

}  // namespace
