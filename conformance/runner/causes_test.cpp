#include "conformance/runner/causes.hpp"

#include "conformance/runner/levels.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

namespace {

using namespace voxspec;

struct Made {
  std::deque<Case> traces;
  RunReport report;

  Case& add(std::string id, Verdict verdict, std::string reason = {}) {
    auto& trace = traces.emplace_back();
    trace.id = std::move(id);
    CaseReport entry;
    entry.trace = &trace;
    entry.result.id = trace.id;
    entry.result.verdict = verdict;
    entry.result.reason = std::move(reason);
    report.cases.push_back(std::move(entry));
    return trace;
  }
};

TEST_SUITE_BEGIN("runner");

TEST_CASE("a cause has no numbers, no values and no quoted words") {
  CHECK(cause_of(R"(expected "$d", which is 3, got {"a": [1]} on connection 12)") ==
        "expected '', which is #, got {} on connection #");
  CHECK(cause_of("expected 0x1f, got 'x'") == cause_of("expected 0x2e7, got 'other'"));
  CHECK(cause_of("it sent u32") == "it sent u32");
  CHECK(cause_of("cut {") == "cut {}");
  CHECK(cause_of("cut \"") == "cut ''");
}

TEST_CASE("what needs a look is grouped by its cause, the most frequent first") {
  Made made;
  made.add("a", Verdict::fail, "waited 5 s for pong");
  made.add("b", Verdict::fail, "no answer on 1");
  made.add("c", Verdict::pass);
  made.add("d", Verdict::fail, "no answer on 3");
  made.add("e", Verdict::unexpected_pass, "no answer on 3");
  made.add("f", Verdict::known, "no answer on 3");
  auto const groups = by_cause(made.report);
  REQUIRE(groups.size() == 3);
  REQUIRE(groups[0].cases.size() == 2);
  CHECK(groups[0].cases[0]->result.id == "b");
  CHECK(groups[0].cases[1]->result.id == "d");
}

TEST_CASE("levels count what passed by the specification, and say where to go on") {
  Made made;
  made.add("link/a", Verdict::pass);
  made.add("prologue/b", Verdict::known);
  made.add("prologue/c", Verdict::differs);
  made.add("request/d", Verdict::pass).conduit = Conduit::stable;
  made.add("request/e", Verdict::unsupported).needs = {"resumes"};
  auto const all = levels(made.report);
  REQUIRE(all.size() == 10);
  auto const is = [&](std::string_view name, std::size_t passed, std::size_t judged,
                      std::size_t left) {
    auto const level = std::ranges::find(all, name, &Level::name);
    REQUIRE(level != all.end());
    CHECK(level->passed == passed);
    CHECK(level->judged == judged);
    CHECK(level->left == left);
    return level->next == nullptr ? "" : level->next->result.id;
  };
  CHECK(is("link", 1, 1, 0) == "");
  CHECK(is("prologue", 1, 2, 0) == "prologue/b");
  CHECK(is("stable", 1, 1, 0) == "");
  CHECK(is("resume", 0, 0, 1) == "");
  CHECK(is("calls", 0, 0, 0) == "");
}

TEST_SUITE_END();

}  // namespace
