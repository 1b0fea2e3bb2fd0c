#include "conformance/runner/run_cases.hpp"

#include "conformance/runner/eligibility.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <tuple>
#include <utility>

namespace voxspec {
namespace {

// How many cases a subject has to speak up in before it counts as mute, and the guard times then.
constexpr std::size_t mute_after_cases = 4;
constexpr std::chrono::milliseconds guard_of_the_mute{400};

// What is known of the subject while cases run.
struct Mood {
  std::atomic<bool> spoke = false;
  std::atomic<std::size_t> finished = 0;

  [[nodiscard]] RunOptions options(RunOptions options) const {
    if (!spoke && finished >= mute_after_cases) {
      options.guard_timeout = std::min(options.guard_timeout, guard_of_the_mute);
      options.mute_guard = std::min(options.mute_guard, guard_of_the_mute);
    }
    return options;
  }
  void note(CaseResult const& result) {
    auto const came = [](FrameRecord const& frame) {
      return frame.direction == Direction::received;
    };
    if (std::ranges::any_of(result.frames, came)) spoke = true;
    ++finished;
  }
};

// The result of a case that never met the subject.
CaseResult without_subject(Case const& trace, Verdict verdict, std::string reason) {
  CaseResult result;
  result.id = trace.id;
  result.role = trace.role;
  for (auto const clause : trace.clauses)
    result.clauses.emplace_back(clause.id());
  result.verdict = verdict;
  result.reason = std::move(reason);
  return result;
}

// What the machine refuses us (descriptors, memory, a temporary folder) comes as an exception. It
// is no word about the subject, and the other cases go on.
Performance perform(Stage& stage, Case const& trace, LinkPlan const& plan,
                    RunOptions const& options) {
  try {
    return stage.perform(trace, plan, options);
  } catch (std::exception const& error) {
    return {.result = without_subject(trace, Verdict::not_run, error.what()), .output = {}};
  }
}

// What an entry of a list of known failures has to name a part of. A crash is all that is seen of a
// subject that crashed.
std::string seen(CaseResult const& result) {
  if (result.process.crashed()) return text(result.process);
  auto words = result.reason;
  if (result.timed_out) words += "; time-out";
  return words;
}

CaseReport run_one(Case const& trace, Subject const& subject, Stage& stage,
                   KnownFailures const& known, RunSettings const& settings, Mood& mood) {
  auto const plan = plan_case(trace, subject, settings.transport);
  CaseReport report;
  report.trace = &trace;
  if (!plan) {
    report.result = without_subject(trace, Verdict::unsupported, plan.error());
    return report;
  }
  auto options = mood.options(settings.options);
  options.seed = settings.seed;
  auto performance = perform(stage, trace, *plan, options);
  mood.note(performance.result);
  report.result = std::move(performance.result);
  report.output = std::move(performance.output);
  auto& result = report.result;
  if (settings.as_shipped && result.verdict == Verdict::differs) result.verdict = Verdict::fail;
  auto judged = known.apply(trace.id, trace.clauses, {result.verdict, result.reason}, seen(result));
  if (judged.verdict != result.verdict) {
    report.finding = std::exchange(result.reason, std::move(judged.reason));
    result.verdict = judged.verdict;
  } else {
    result.reason = std::move(judged.reason);
  }
  return report;
}

// The indices of the cases in the order of running. The last `hostile` of them are the hostile
// ones.
struct Order {
  std::vector<std::size_t> indices;
  std::size_t hostile = 0;
};

Order order_of(std::vector<Case const*> const& cases, std::uint64_t seed) {
  Order order{.indices = std::vector<std::size_t>(cases.size())};
  std::iota(order.indices.begin(), order.indices.end(), 0uz);
  auto lot = order.indices;
  std::ranges::shuffle(lot, std::mt19937_64{seed});
  std::ranges::sort(order.indices, {}, [&](std::size_t index) {
    return std::tuple{cases[index]->hostile, !cases[index]->slow, lot[index]};
  });
  order.hostile = static_cast<std::size_t>(std::ranges::count(cases, true, &Case::hostile));
  return order;
}

}  // namespace

std::size_t default_jobs() {
  return 8uz * std::max(1U, std::thread::hardware_concurrency());
}

std::vector<CaseReport> run_cases(std::vector<Case const*> const& cases, Subject const& subject,
                                  Stage& stage, KnownFailures const& known,
                                  RunSettings const& settings, OnCase const& on_case) {
  auto const order = order_of(cases, settings.seed);
  std::vector<CaseReport> reports(cases.size());
  Mood mood;
  std::mutex reporting;
  std::atomic<std::size_t> next = 0;
  auto const work_until = [&](std::size_t end) {
    while (true) {
      auto const at = next.load();
      if (at >= end) return;
      // Another thread may have taken it meanwhile.
      auto claimed = at;
      if (!next.compare_exchange_strong(claimed, at + 1)) continue;
      auto const index = order.indices[at];
      reports[index] = run_one(*cases[index], subject, stage, known, settings, mood);
      if (!on_case) continue;
      std::scoped_lock const lock{reporting};
      on_case(reports[index]);
    }
  };
  auto const threads = std::clamp(settings.jobs, 1uz, stage.parallel_max());
  for (auto const end : {cases.size() - order.hostile, cases.size()}) {
    std::vector<std::jthread> workers;
    for (std::size_t i = 1; i < threads; ++i)
      workers.emplace_back(work_until, end);
    work_until(end);
  }
  return reports;
}

CaseReport not_run(Case const& trace, std::string reason) {
  CaseReport report;
  report.trace = &trace;
  report.result = without_subject(trace, Verdict::not_run, std::move(reason));
  return report;
}

bool canary_holds(Subject const& subject, Stage& stage, KnownFailures const& known,
                  RunSettings const& settings) {
  Case canary;
  canary.id = "canary";
  canary.about = "No subject can do what this case needs";
  canary.clauses = {vox::Clause{"connection.open/3"}};
  canary.needs = {"the ability to do what nobody can"};
  auto const reports = run_cases({&canary}, subject, stage, known, settings);
  return reports.front().result.verdict == Verdict::unsupported;
}

}  // namespace voxspec
