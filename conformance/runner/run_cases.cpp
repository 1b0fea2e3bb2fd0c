#include "conformance/runner/run_cases.hpp"

#include "conformance/runner/eligibility.hpp"
#include "conformance/runner/in_parallel.hpp"
#include "conformance/runner/prospects.hpp"
#include "conformance/trace/establish.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <tuple>
#include <utility>

namespace voxspec {
namespace {

// The result of a case that never met the subject.
CaseResult without_subject(Case const& trace, Verdict verdict, Hindrance by, std::string reason) {
  CaseResult result;
  result.id = trace.id;
  result.role = trace.role;
  for (auto const clause : trace.clauses)
    result.clauses.emplace_back(clause.id());
  result.verdict = verdict;
  result.hindrance = by;
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
    return {.result = without_subject(trace, Verdict::not_run, Hindrance::machine, error.what()),
            .output = {}};
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

// Everything that is the same for all cases of a run.
struct Run {
  Subject const& subject;
  Stage& stage;
  KnownFailures const& known;
  RunSettings const& settings;
  Prospects prospects{settings.silent_cases_max};

  [[nodiscard]] bool is_stopped() const { return settings.options.stop.stop_requested(); }
};

// The plainest case there is, in the setting of another one.
Case handshake_case(Case const& like) {
  Case plain;
  plain.id = "handshake";
  plain.about = "A session is established";
  plain.clauses = like.clauses;
  plain.role = like.role;
  plain.conduit = like.conduit;
  plain.dialect = like.dialect;
  plain.subject = like.subject;
  Step establish;
  establish.pointer = "/steps/0";
  Json const unchanged = Json::object();
  establish.body = Establish{.messages = unchanged,
                             .steps = establish_steps({unchanged, establish.pointer}, plain.role,
                                                      plain.conduit, plain.dialect)};
  plain.steps.push_back(std::move(establish));
  return plain;
}

// Runs the case and lets the prospects know.
Performance meet(Case const& trace, LinkPlan const& plan, Run& run) {
  auto options = run.settings.options;
  options.seed = run.settings.seed;
  auto performance = perform(run.stage, trace, plan, options);
  if (run.prospects.note(plan, performance.result)) {
    auto const plain = handshake_case(trace);
    run.prospects.note_handshake(perform(run.stage, plain, plan, options).result);
  }
  return performance;
}

CaseReport run_one(Case const& trace, Run& run) {
  auto const plan = plan_case(trace, run.subject, run.settings.transport);
  CaseReport report;
  report.trace = &trace;
  if (!plan) {
    report.result = without_subject(trace, Verdict::unsupported, Hindrance::none, plan.error());
    return report;
  }
  if (auto const hopeless = run.prospects.hopeless(*plan)) {
    return not_run(trace, hopeless->hindrance, hopeless->reason);
  }
  auto performance = meet(trace, *plan, run);
  report.result = std::move(performance.result);
  report.output = std::move(performance.output);
  report.cost = performance.cost;
  auto& result = report.result;
  if (run.settings.as_shipped && result.verdict == Verdict::differs) {
    result.verdict = Verdict::fail;
  }
  auto judged =
      run.known.apply(trace.id, trace.clauses, {result.verdict, result.reason}, seen(result));
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

Order order_of(std::vector<Case const*> const& cases, KnownFailures const& known,
               std::uint64_t seed) {
  Order order{.indices = std::vector<std::size_t>(cases.size())};
  // NOLINTNEXTLINE(modernize-use-ranges): libstdc++ 12 has no ranges::iota.
  std::iota(order.indices.begin(), order.indices.end(), 0uz);
  auto lot = order.indices;
  std::ranges::shuffle(lot, std::mt19937_64{seed});
  std::vector<bool> waits;
  for (auto const* const each : cases)
    waits.push_back(each->slow || known.find(each->id, each->clauses) != nullptr);
  std::ranges::sort(order.indices, {}, [&](std::size_t index) {
    return std::tuple{cases[index]->hostile, !waits[index], lot[index]};
  });
  order.hostile = static_cast<std::size_t>(std::ranges::count(cases, true, &Case::hostile));
  return order;
}

}  // namespace

std::size_t default_jobs() {
  return std::min(256uz, 32uz * std::max(1U, std::thread::hardware_concurrency()));
}

std::vector<CaseReport> run_cases(std::vector<Case const*> const& cases, Subject const& subject,
                                  Stage& stage, KnownFailures const& known,
                                  RunSettings const& settings, OnCase const& on_case) {
  auto const order = order_of(cases, known, settings.seed);
  std::vector<CaseReport> reports(cases.size());
  Run run{.subject = subject, .stage = stage, .known = known, .settings = settings};
  std::mutex reporting;
  auto const work = [&](std::size_t at) {
    auto const index = order.indices[at];
    if (run.is_stopped()) {
      reports[index] = not_run(*cases[index], Hindrance::stopped, "the run was stopped before");
      return;
    }
    reports[index] = run_one(*cases[index], run);
    if (!on_case) return;
    std::scoped_lock const lock{reporting};
    on_case(reports[index]);
  };
  auto const threads = std::clamp(settings.jobs, 1uz, stage.parallel_max());
  auto const first_hostile = cases.size() - order.hostile;
  in_parallel(0, first_hostile, threads, work);
  in_parallel(first_hostile, cases.size(), threads, work);
  return reports;
}

CaseReport not_run(Case const& trace, Hindrance by, std::string reason) {
  CaseReport report;
  report.trace = &trace;
  report.result = without_subject(trace, Verdict::not_run, by, std::move(reason));
  return report;
}

bool canary_holds(Subject const& subject, Stage& stage, KnownFailures const& known,
                  RunSettings const& settings) {
  Case canary;
  canary.id = "canary";
  canary.about = "No subject can do what this case needs";
  canary.clauses = {vox::Clause{"connection.open/3"}};
  canary.dialect = subject.dialect;
  canary.needs = {"the ability to do what nobody can"};
  auto const reports = run_cases({&canary}, subject, stage, known, settings);
  return reports.front().result.verdict == Verdict::unsupported;
}

}  // namespace voxspec
