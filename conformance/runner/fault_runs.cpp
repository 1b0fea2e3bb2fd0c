#include "conformance/runner/fault_runs.hpp"

#include "conformance/relay/relay_port.hpp"
#include "conformance/runner/in_parallel.hpp"
#include "conformance/runner/lot.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

namespace voxspec {
namespace {

using relay::Conversation;
using relay::WireFault;

// A fault that withholds something makes every case wait for it: so many have said enough.
constexpr std::size_t timeouts_max = 4;
constexpr std::size_t mute_probes_max = 16;
// How many cases run behind the first that killed, for the fault's other clauses.
constexpr std::size_t behind_the_kill_max = 6;
// How often a case is run again that came out otherwise with a relay than without.
constexpr int again_max = 20;

// A port with the conversation of its relay; what became of it is told when the case is over.
class ToldPort final : public relay::RelayPort {
 public:
  using Tell = std::function<void(Conversation const&)>;

  ToldPort(Case const& trace, SubjectPort& port, Tell tell)
      : RelayPort{port, opposite(trace.role), trace.dialect}, tell_{std::move(tell)} {}
  ~ToldPort() override { tell_(conversation); }

 private:
  Tell tell_;
};

// As a case without a fault: whoever does what a SHOULD advises against, or otherwise than 0.4.0
// where that is free, is right.
bool passes(CaseResult const& result) {
  using enum Verdict;
  return result.verdict == pass || result.verdict == non_strict || result.verdict == differs;
}

bool needs_any(Case const& trace, std::vector<std::string> const& abilities) {
  return std::ranges::any_of(abilities, [&](std::string const& ability) {
    return std::ranges::find(trace.needs, ability) != trace.needs.end();
  });
}

std::vector<vox::Clause> cited_by(Case const& trace, WireFault const& fault) {
  std::vector<vox::Clause> cited;
  for (auto const clause : fault.clauses) {
    auto const found = std::ranges::find(trace.clauses, clause);
    if (found != trace.clauses.end()) cited.push_back(clause);
  }
  return cited;
}

// A case that differs without the fault says no more with it.
bool can_judge(Baseline const& baseline, Case const& trace, WireFault const& fault) {
  return !cited_by(trace, fault).empty() && baseline.verdict_of(trace) != Verdict::differs;
}

// What is wrong with the process may show in any case about its clauses, or in any case at all.
bool may_show(Case const& trace, WireFault const& fault) {
  return fault.role.value_or(opposite(trace.role)) == opposite(trace.role) &&
         (fault.everywhere || !cited_by(trace, fault).empty());
}

// Nothing but a probe of liveness says so: the one behind the last step, or a step that asks on the
// root whether the subject still works. On another connection such a step is what a case claims.
bool is_probe(Case const& trace, CaseResult const& result) {
  if (result.failed_step.empty()) return result.reason.starts_with("after the last step");
  auto const failed = std::ranges::find_if(
      trace.steps, [&](Step const& step) { return step.pointer == result.failed_step; });
  if (failed == trace.steps.end()) return false;
  auto const* const alive = std::get_if<Alive>(&failed->body);
  return alive != nullptr && alive->on == root_connection();
}

FaultedCase run_case_with(WireFault const& fault, Case const& trace, Verdict without,
                          Subject const& subject, RunSettings const& settings) {
  FaultedCase out;
  out.trace = &trace;
  out.cited = cited_by(trace, fault);
  auto faulty = subject;
  if (!fault.process.empty()) faulty.environment["VOXSPEC_FAULT"] = fault.process;
  auto const stage = make_process_stage(faulty, [&](Case const& of, SubjectPort& port) {
    auto told = std::make_unique<ToldPort>(
        of, port, [&](Conversation const& conversation) { out.problem = conversation.problem; });
    told->conversation.use(fault);
    return told;
  });
  auto alone = settings;
  alone.jobs = 1;
  alone.silent_cases_max = 0;
  auto const result = run_cases({&trace}, faulty, *stage, {}, alone).front().result;
  // A number that is beyond what the case goes up to: it says nothing of this subject.
  bool const is_silent = result.verdict == Verdict::unsupported;
  out.failed = !passes(result) && !is_silent;
  out.is_worse =
      out.failed || (without == Verdict::pass && result.verdict != Verdict::pass && !is_silent);
  out.timed_out = result.timed_out;
  out.by_probe = is_probe(trace, result);
  out.reason = result.reason;
  if (result.verdict == Verdict::not_run && out.problem.empty()) out.problem = result.reason;
  return out;
}

}  // namespace

Verdict Baseline::verdict_of(Case const& trace) const {
  auto const found = std::ranges::find(cases, &trace, &CaseReport::trace);
  return found == cases.end() ? Verdict::not_run : found->result.verdict;
}

bool Baseline::has_judge_of(WireFault const& fault) const {
  auto const found = shows_in.find(fault.id);
  return found != shows_in.end() && std::ranges::any_of(found->second, [&](Case const* trace) {
           return can_judge(*this, *trace, fault);
         });
}

void Baseline::add(Baseline other) {
  std::ranges::move(other.cases, std::back_inserter(cases));
  for (auto& [fault, in] : other.shows_in)
    std::ranges::move(in, std::back_inserter(shows_in[fault]));
}

std::vector<Case const*> cases_about(std::vector<Case const*> const& cases,
                                     std::vector<WireFault> const& faults) {
  std::vector<Case const*> about;
  std::ranges::copy_if(cases, std::back_inserter(about), [&](Case const* trace) {
    return std::ranges::any_of(
        faults, [&](WireFault const& fault) { return !cited_by(*trace, fault).empty(); });
  });
  return about;
}

namespace {

FaultOutcome outcome_of(FaultReport const& report) {
  auto const any = [&](auto const& condition) {
    return std::ranges::any_of(report.cases, condition);
  };
  if (any([](FaultedCase const& each) { return each.kills(); })) return FaultOutcome::killed;
  if (any([](FaultedCase const& each) { return !each.problem.empty(); })) {
    return FaultOutcome::not_run;
  }
  if (any([](FaultedCase const& each) {
        return !each.cited.empty() && each.is_worse && !each.by_probe;
      })) {
    return FaultOutcome::killed_by_timeout;
  }
  return report.cases.empty() ? FaultOutcome::never_shown : FaultOutcome::survived;
}

FaultOutcome outcome_of_freedom(std::vector<FaultedCase> const& cases) {
  auto const is_hindered = [](FaultedCase const& each) { return !each.problem.empty(); };
  if (std::ranges::any_of(cases, is_hindered)) return FaultOutcome::not_run;
  auto const failed = [](FaultedCase const& each) { return each.failed && !each.known; };
  return std::ranges::any_of(cases, failed) ? FaultOutcome::killed : FaultOutcome::survived;
}

FaultReport run_fault(WireFault const& fault, Baseline const& baseline, Subject const& subject,
                      FaultRunSettings const& settings) {
  FaultReport report;
  report.fault = &fault;
  auto const is_about_it = [&](Case const* trace) { return !cited_by(*trace, fault).empty(); };
  // What the subject does otherwise itself nobody can see once more.
  auto const is_spoilt = [&](CaseReport const& entry) {
    auto const verdict = entry.result.verdict;
    auto const is_wrong = verdict == Verdict::fail || verdict == Verdict::differs;
    return is_wrong && is_about_it(entry.trace);
  };
  auto const is_hidden = std::ranges::any_of(baseline.cases, is_spoilt);
  auto const found = baseline.shows_in.find(fault.id);
  if (found == baseline.shows_in.end()) {
    if (is_hidden) report.outcome = FaultOutcome::hidden;
    return report;
  }
  report.shows_in = found->second.size();
  // Those that cite the fault's clauses come first, and alone unless all are wanted.
  std::vector<Case const*> cases;
  std::vector<Case const*> others;
  for (auto const* const trace : found->second) {
    if (can_judge(baseline, *trace, fault)) {
      cases.push_back(trace);
    } else if (!is_about_it(trace)) {
      others.push_back(trace);
    }
  }
  report.citing = cases.size();
  if (settings.all_cases || cases.empty()) cases.insert(cases.end(), others.begin(), others.end());
  std::size_t timeouts = 0;
  std::size_t mute_probes = 0;
  std::size_t behind_the_kill = 0;
  std::set<vox::Clause> proved;
  for (auto const* const trace : cases) {
    if (settings.run.options.stop.stop_requested()) break;
    if (!settings.all_cases && !proved.empty()) {
      auto const cited = cited_by(*trace, fault);
      auto const is_proved = [&](vox::Clause clause) { return proved.contains(clause); };
      if (std::ranges::all_of(cited, is_proved)) continue;
      if (++behind_the_kill > behind_the_kill_max) break;
    }
    auto const& last = report.cases.emplace_back(
        run_case_with(fault, *trace, baseline.verdict_of(*trace), subject, settings.run));
    if (last.is_worse && last.timed_out) ++(last.by_probe ? mute_probes : timeouts);
    if (last.kills()) proved.insert(last.cited.begin(), last.cited.end());
    auto const is_enough = timeouts == timeouts_max || mute_probes == mute_probes_max;
    if (!settings.all_cases && is_enough) break;
  }
  report.outcome = outcome_of(report);
  auto const is_stopped = settings.run.options.stop.stop_requested();
  if (is_stopped && report.outcome != FaultOutcome::killed) {
    report.outcome = FaultOutcome::not_run;
    return report;
  }
  auto const lives =
      report.outcome == FaultOutcome::survived || report.outcome == FaultOutcome::never_shown;
  if (lives && is_hidden) report.outcome = FaultOutcome::hidden;
  return report;
}

}  // namespace

std::string_view text(FaultOutcome outcome) {
  switch (outcome) {
    case FaultOutcome::killed:
      return "killed";
    case FaultOutcome::killed_by_timeout:
      return "killed by time-out";
    case FaultOutcome::survived:
      return "survived";
    case FaultOutcome::never_shown:
      return "never shown";
    case FaultOutcome::hidden:
      return "hidden";
    case FaultOutcome::not_run:
      return "not run";
  }
  return {};
}

namespace {

bool is_same(CaseResult const& one, CaseResult const& other) {
  return one.verdict == other.verdict && one.end == other.end && one.process == other.process &&
         one.observations == other.observations;
}

std::string in_words(CaseResult const& result) {
  return std::string{text(result.verdict)} + ", " + std::string{text(result.end)} + ", " +
         text(result.process) + (result.reason.empty() ? "" : ": ") + result.reason;
}

}  // namespace

std::vector<std::string> relay_differences(std::vector<Case const*> const& cases,
                                           Subject const& subject, RunSettings const& settings) {
  auto const stage = make_process_stage(subject);
  auto const plain = run_cases(cases, subject, *stage, {}, settings);
  auto const relayed = take_baseline(cases, subject, {}, settings).cases;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    auto with = relayed[i].result;
    auto without = plain[i].result;
    // Which of two ends comes first may be chance, and whether a slow process has ended when it is
    // looked at: without a relay as well as with one.
    for (auto tries = again_max; tries > 0 && !is_same(without, with); --tries) {
      without = run_cases({plain[i].trace}, subject, *stage, {}, settings).front().result;
      if (is_same(without, with)) break;
      with = take_baseline({plain[i].trace}, subject, {}, settings).cases.front().result;
    }
    if (is_same(without, with)) continue;
    out.push_back(with.id + ": without a relay: " + in_words(plain[i].result) +
                  "; with one: " + in_words(with));
  }
  return out;
}

Baseline take_baseline(std::vector<Case const*> const& cases, Subject const& subject,
                       std::vector<WireFault> const& faults, RunSettings const& settings,
                       OnCase const& on_case) {
  std::mutex noting;
  std::map<Case const*, std::set<std::string>> shown;
  auto const stage = make_process_stage(subject, [&](Case const& of, SubjectPort& port) {
    auto told =
        std::make_unique<ToldPort>(of, port, [&, trace = &of](Conversation const& conversation) {
          std::scoped_lock const lock{noting};
          for (auto const& state : conversation.watched) {
            if (state.applied()) shown[trace].insert(state.fault().id);
          }
        });
    for (auto const& fault : faults)
      told->conversation.watch(fault);
    return told;
  });
  Baseline baseline;
  baseline.cases = run_cases(cases, subject, *stage, {}, settings, on_case);
  for (auto const& entry : baseline.cases) {
    if (!passes(entry.result)) continue;
    for (auto const& fault : faults) {
      auto const shows = fault.process.empty() ? shown[entry.trace].contains(fault.id)
                                               : may_show(*entry.trace, fault);
      if (!shows || needs_any(*entry.trace, fault.lacks)) continue;
      baseline.shows_in[fault.id].push_back(entry.trace);
    }
  }
  return baseline;
}

std::vector<FaultReport> run_faults(std::vector<WireFault> const& faults, Baseline const& baseline,
                                    Subject const& subject, FaultRunSettings const& settings,
                                    OnFault const& on_fault) {
  std::vector<FaultReport> reports(faults.size());
  std::mutex reporting;
  in_parallel(0, faults.size(), settings.run.jobs, [&](std::size_t at) {
    reports[at] = run_fault(faults[at], baseline, subject, settings);
    if (!on_fault) return;
    std::scoped_lock const lock{reporting};
    on_fault(reports[at]);
  });
  return reports;
}

std::vector<FaultReport> run_freedoms(std::vector<WireFault> const& freedoms,
                                      Baseline const& baseline, Subject const& subject,
                                      FaultRunSettings const& settings, OnFault const& on_fault) {
  std::vector<FaultReport> reports(freedoms.size());
  std::vector<std::pair<std::size_t, Case const*>> work;
  std::vector<std::size_t> left(freedoms.size());
  for (std::size_t at = 0; at < freedoms.size(); ++at) {
    reports[at].fault = &freedoms[at];
    auto const found = baseline.shows_in.find(freedoms[at].id);
    if (found == baseline.shows_in.end()) continue;
    reports[at].shows_in = found->second.size();
    auto cases = found->second;
    keep_drawn(cases, settings.cases_max, settings.run.seed,
               [&](Case const* trace) { return freedoms[at].id + ' ' + trace->id; });
    left[at] = cases.size();
    for (auto const* const trace : cases)
      work.emplace_back(at, trace);
  }
  std::mutex reporting;
  in_parallel(0, work.size(), settings.run.jobs, [&](std::size_t index) {
    auto const [at, trace] = work[index];
    auto result =
        run_case_with(freedoms[at], *trace, baseline.verdict_of(*trace), subject, settings.run);
    std::scoped_lock const lock{reporting};
    auto& report = reports[at];
    result.known = result.failed && settings.is_known(report.fault->id, trace->id);
    report.cases.push_back(std::move(result));
    if (--left[at] > 0) return;
    report.outcome = outcome_of_freedom(report.cases);
    if (on_fault) on_fault(report);
  });
  return reports;
}

}  // namespace voxspec
