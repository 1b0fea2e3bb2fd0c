#include "conformance/runner/report_known.hpp"

#include "conformance/runner/known_failures.hpp"
#include "conformance/runner/sample_run.hpp"
#include "conformance/runner/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

namespace {

using namespace voxspec;

TEST_SUITE_BEGIN("runner");

TEST_CASE("what says the same in each run is the longest part without numbers and values") {
  CHECK(steady_part("got pong of 7 where ping was awaited") == "where ping was awaited");
  CHECK(steady_part(R"(it sent {"pong": {"nonce": 3}})") == "it sent");
  CHECK(steady_part("no ProtocolError; it kept the link") == "no ProtocolError; it kept the link");
  CHECK(steady_part("17") == "17");
}

TEST_CASE("a list that is begun by a run makes the same run known") {
  SomeRun run;
  for (auto& entry : run.report.cases)
    entry.result.reason = "got pong of 7 where ping was awaited";
  TemporaryFolder const folder;
  auto const file = folder.path() / "list.json";
  std::ofstream{file} << report_known(run.report);
  KnownFailures list;
  REQUIRE(list.add(file));
  for (auto const& entry : run.report.cases) {
    auto const& result = entry.result;
    auto const fails = result.verdict == Verdict::fail || result.verdict == Verdict::non_strict;
    CHECK((list.find(result.id, entry.trace->clauses) != nullptr) == fails);
    if (!fails) continue;
    auto const again =
        list.apply(result.id, entry.trace->clauses, {result.verdict, result.reason}, result.reason);
    CHECK(again.verdict == Verdict::known);
  }
}

TEST_CASE("a case that failed in another way than the list was begun with fails") {
  SomeRun run;
  run.failed().result.reason = "got pong of 7 where ping was awaited";
  TemporaryFolder const folder;
  auto const file = folder.path() / "list.json";
  std::ofstream{file} << report_known(run.report);
  KnownFailures list;
  REQUIRE(list.add(file));
  auto const& entry = run.failed();
  auto const again =
      list.apply(entry.result.id, entry.trace->clauses, {Verdict::fail, "a hang"}, "a hang");
  CHECK(again.verdict == Verdict::fail);
}

TEST_CASE("of a crash the list has how the process ended") {
  SomeRun run;
  run.failed().result.process = {.kind = ProcessState::Kind::signalled, .code_or_signal = 6};
  CHECK(report_known(run.report).contains("signal 6"));
}

}  // namespace
