#include "conformance/runner/run_cases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace voxspec;
using vox::Role;

Case trace(std::string id) {
  Case result;
  result.id = std::move(id);
  result.clauses = {vox::Clause{"session.parity/1"}};
  return result;
}

// A stage without a subject: says what it is told to say about each case, and in which order the
// cases came.
class ScriptedStage final : public Stage {
 public:
  std::expected<void, std::string> preflight() override { return {}; }
  Performance perform(Case const& each, LinkPlan const& plan, RunOptions const& options) override {
    std::scoped_lock const lock{mutex_};
    order.push_back(each.id);
    guards.push_back(options.guard_timeout);
    seeds.push_back(options.seed);
    if (each.id == "throws") throw std::runtime_error{"no more descriptors"};
    Performance performance;
    performance.result.id = each.id;
    performance.result.role = plan.ours;
    performance.result.verdict = verdicts.contains(each.id) ? verdicts.at(each.id) : Verdict::pass;
    performance.result.reason = "as told";
    if (speaks) {
      performance.result.frames.emplace_back();
      performance.result.frames.back().direction = Direction::received;
    }
    return performance;
  }
  [[nodiscard]] std::size_t parallel_max() const override { return parallel; }
  [[nodiscard]] std::string place() const override { return "nowhere"; }

  std::map<std::string, Verdict> verdicts;
  bool speaks = true;
  std::size_t parallel = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> order;
  std::vector<std::chrono::milliseconds> guards;
  std::vector<std::uint64_t> seeds;

 private:
  std::mutex mutex_;
};

Subject able() {
  Subject subject;
  subject.command = {"able"};
  subject.roles = {Role::initiator, Role::acceptor};
  subject.transports = {"tcp"};
  subject.conduits = {"bare", "stable"};
  return subject;
}

RunSettings with_jobs(std::size_t jobs) {
  RunSettings settings;
  settings.jobs = jobs;
  return settings;
}

std::vector<Case const*> pointers(std::vector<Case> const& cases) {
  std::vector<Case const*> result;
  for (auto const& each : cases) {
    result.push_back(&each);
  }
  return result;
}

std::vector<Case> some_cases(std::size_t count) {
  std::vector<Case> cases;
  for (std::size_t i = 0; i < count; ++i) {
    cases.push_back(trace("case" + std::to_string(i)));
  }
  return cases;
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("every case is reported once, in the order given, whatever the number of threads") {
  auto const cases = some_cases(50);
  for (std::size_t const jobs : {1uz, 4uz}) {
    ScriptedStage stage;
    std::vector<std::string> heard;
    auto const reports =
        run_cases(pointers(cases), able(), stage, {}, with_jobs(jobs),
                  [&](CaseReport const& entry) { heard.push_back(entry.result.id); });
    REQUIRE(reports.size() == cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      CHECK(reports[i].result.id == cases[i].id);
      CHECK(reports[i].trace == &cases[i]);
    }
    std::ranges::sort(heard);
    CHECK(heard.size() == cases.size());
    CHECK(std::ranges::adjacent_find(heard) == heard.end());
  }
}

TEST_CASE("the seed decides the order of running, and is handed to each case") {
  auto const cases = some_cases(20);
  auto const order = [&](std::uint64_t seed) {
    ScriptedStage stage;
    RunSettings settings;
    settings.seed = seed;
    CHECK(run_cases(pointers(cases), able(), stage, {}, settings).size() == 20);
    CHECK(std::ranges::count(stage.seeds, seed) == 20);
    return stage.order;
  };
  CHECK(order(1) == order(1));
  CHECK(order(1) != order(2));
}

TEST_CASE("slow cases run first and hostile ones last") {
  auto cases = some_cases(12);
  cases[3].hostile = true;
  cases[7].slow = true;
  cases[9].hostile = true;
  ScriptedStage stage;
  CHECK(run_cases(pointers(cases), able(), stage, {}, {}).size() == 12);
  REQUIRE(stage.order.size() == 12);
  CHECK(stage.order.front() == "case7");
  std::vector<std::string> last{stage.order.end() - 2, stage.order.end()};
  std::ranges::sort(last);
  CHECK(last == std::vector<std::string>{"case3", "case9"});
}

TEST_CASE("a case that the subject cannot play never reaches it") {
  auto cases = some_cases(1);
  cases[0].needs = {"flies"};
  ScriptedStage stage;
  auto const reports = run_cases(pointers(cases), able(), stage, {}, {});
  CHECK(stage.order.empty());
  CHECK(reports[0].result.verdict == Verdict::unsupported);
  CHECK(reports[0].result.reason == "needs the ability flies");
  CHECK(reports[0].result.clauses == std::vector<std::string>{"session.parity/1"});
}

TEST_CASE("what the machine refuses is no verdict on the subject, and the other cases go on") {
  std::vector<Case> const cases{trace("a"), trace("throws"), trace("z")};
  ScriptedStage stage;
  auto const reports = run_cases(pointers(cases), able(), stage, {}, {});
  CHECK(reports[0].result.verdict == Verdict::pass);
  CHECK(reports[1].result.verdict == Verdict::not_run);
  CHECK(reports[1].result.reason == "no more descriptors");
  CHECK(reports[2].result.verdict == Verdict::pass);
}

TEST_CASE("a known failure shows the reason of the list and keeps what was found") {
  std::vector<Case> const cases{trace("a"), trace("b")};
  ScriptedStage stage;
  stage.verdicts = {{"a", Verdict::fail}};
  KnownFailure entry;
  entry.cases = "*";
  entry.reason = "it is so";
  entry.shows = {"told"};
  auto const reports = run_cases(pointers(cases), able(), stage, KnownFailures{{entry}}, {});
  CHECK(reports[0].result.verdict == Verdict::known);
  CHECK(reports[0].result.reason == "it is so");
  CHECK(reports[0].finding == "as told");
  CHECK(reports[1].result.verdict == Verdict::unexpected_pass);
}

TEST_CASE("who only differs fails where 0.4.0 is to be judged by as well") {
  std::vector<Case> const cases{trace("a")};
  ScriptedStage stage;
  stage.verdicts = {{"a", Verdict::differs}};
  RunSettings settings;
  CHECK(run_cases(pointers(cases), able(), stage, {}, settings)[0].result.verdict ==
        Verdict::differs);
  settings.as_shipped = true;
  CHECK(run_cases(pointers(cases), able(), stage, {}, settings)[0].result.verdict == Verdict::fail);
}

TEST_CASE("patience ends with a subject that never says anything, and comes back when it does") {
  auto const cases = some_cases(10);
  for (bool const speaks : {false, true}) {
    ScriptedStage stage;
    stage.speaks = speaks;
    CHECK(run_cases(pointers(cases), able(), stage, {}, with_jobs(1)).size() == 10);
    CHECK(stage.guards.front() == RunOptions{}.guard_timeout);
    CHECK((stage.guards.back() < RunOptions{}.guard_timeout) == !speaks);
  }
}

TEST_CASE("the canary comes back unsupported without meeting the subject") {
  ScriptedStage stage;
  CHECK(canary_holds(able(), stage, {}, {}));
  CHECK(stage.order.empty());
}

TEST_CASE("a stage that takes one case at a time gets one at a time") {
  auto const cases = some_cases(8);
  ScriptedStage stage;
  stage.parallel = 1;
  CHECK(run_cases(pointers(cases), able(), stage, {}, with_jobs(8)).size() == 8);
}

TEST_SUITE_END();

}  // namespace
