#include "conformance/runner/run_cases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <stop_token>
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
  std::expected<std::chrono::milliseconds, NoLink> preflight(RunOptions const&) override {
    return std::chrono::milliseconds{1};
  }
  Performance perform(Case const& each, LinkPlan const& plan, RunOptions const& options) override {
    std::scoped_lock const lock{mutex_};
    order.push_back(each.id);
    seeds.push_back(options.seed);
    if (each.id == "throws") throw std::runtime_error{"no more descriptors"};
    Performance performance;
    performance.result.id = each.id;
    performance.result.role = plan.ours;
    performance.result.verdict = verdicts.contains(each.id) ? verdicts.at(each.id) : Verdict::pass;
    performance.result.reason = "as told";
    if (hindrances.contains(plan.ours)) {
      performance.result.verdict = Verdict::not_run;
      performance.result.hindrance = hindrances.at(plan.ours);
    }
    bool const speaks = each.id == "handshake" ? speaks_in_handshake : speaks_in_cases;
    if (!speaks) performance.result.verdict = Verdict::fail;
    if (speaks) {
      performance.result.frames.emplace_back();
      performance.result.frames.back().direction = Direction::received;
      performance.result.frames.back().decoded = {{"pong", {{"nonce", 1}}}};
    }
    return performance;
  }
  [[nodiscard]] std::size_t parallel_max() const override { return parallel; }
  [[nodiscard]] std::string place() const override { return "nowhere"; }

  std::map<std::string, Verdict> verdicts;
  std::map<Role, Hindrance> hindrances;  // of the cases in which we are that
  bool speaks_in_cases = true;
  bool speaks_in_handshake = true;
  std::size_t parallel = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> order;
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
  CHECK(reports[1].result.hindrance == Hindrance::machine);
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

std::size_t count(std::vector<CaseReport> const& reports, Hindrance by) {
  return static_cast<std::size_t>(std::ranges::count_if(
      reports, [&](CaseReport const& entry) { return entry.result.hindrance == by; }));
}

TEST_CASE(
    "where nobody speaks vox a few cases and a plain handshake tell, and the rest is left out") {
  auto const cases = some_cases(10);
  ScriptedStage stage;
  stage.speaks_in_cases = stage.speaks_in_handshake = false;
  auto const reports = run_cases(pointers(cases), able(), stage, {}, with_jobs(1));
  CHECK(stage.order.size() == 5);
  CHECK(stage.order.back() == "handshake");
  CHECK(count(reports, Hindrance::none) == 4);
  CHECK(count(reports, Hindrance::silent) == 6);
}

TEST_CASE("a subject that is silent in the first cases may still speak vox") {
  auto const cases = some_cases(10);
  ScriptedStage stage;
  stage.speaks_in_cases = false;
  auto const reports = run_cases(pointers(cases), able(), stage, {}, with_jobs(1));
  CHECK(std::ranges::count(stage.order, "handshake") == 1);
  CHECK(count(reports, Hindrance::none) == 10);
}

TEST_CASE("nobody asks for vox where every case has to find fault by itself") {
  auto const cases = some_cases(10);
  ScriptedStage stage;
  stage.speaks_in_cases = stage.speaks_in_handshake = false;
  auto settings = with_jobs(1);
  settings.silent_cases_max = 0;
  auto const reports = run_cases(pointers(cases), able(), stage, {}, settings);
  CHECK(count(reports, Hindrance::none) == 10);
}

TEST_CASE("a subject that never comes up in one role is given up there, and judged in the other") {
  auto cases = some_cases(20);
  for (std::size_t i = 0; i < cases.size(); i += 2)
    cases[i].role = Role::acceptor;
  ScriptedStage stage;
  stage.hindrances = {{Role::acceptor, Hindrance::start}};
  auto const reports = run_cases(pointers(cases), able(), stage, {}, with_jobs(1));
  CHECK(stage.order.size() == 14);
  CHECK(count(reports, Hindrance::start) == 10);
  CHECK(count(reports, Hindrance::none) == 10);
}

TEST_CASE("a stopped run reports what was judged, and the rest as not run") {
  auto const cases = some_cases(10);
  ScriptedStage stage;
  std::stop_source source;
  auto settings = with_jobs(1);
  settings.options.stop = source.get_token();
  std::size_t heard = 0;
  auto const reports =
      run_cases(pointers(cases), able(), stage, {}, settings, [&](CaseReport const&) {
        if (++heard == 3) source.request_stop();
      });
  CHECK(heard == 3);
  CHECK(reports.size() == 10);
  CHECK(count(reports, Hindrance::none) == 3);
  CHECK(count(reports, Hindrance::stopped) == 7);
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
