#include "conformance/runner/run_cases.hpp"
#include "conformance/runner/suite.hpp"
#include "tools/fault_command.hpp"
#include "tools/stop_signals.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace {

struct SelftestCommand {
  std::vector<std::string> patterns;
  std::size_t jobs = default_jobs();
  FaultCommand faults;
};

// A mute subject makes every case wait until it gives up, so that patience costs much here and
// finds nothing.
constexpr std::chrono::milliseconds guard{400};

// True if nothing at all was found good in the subject.
bool scores_nothing(Subject const& subject, std::vector<Case const*> const& cases,
                    RunSettings const& settings) {
  auto const stage = make_process_stage(subject);
  if (auto const up = stage->preflight(settings.options); !up) {
    complain(subject.name + ": " + up.error().detail, exit_not_started);
    return false;
  }
  bool good = true;
  if (!canary_holds(subject, *stage, {}, settings)) {
    complain(subject.name + ": the canary did not come back unsupported", exit_unexpected);
    good = false;
  }
  Totals totals;
  for (auto const& entry : run_cases(cases, subject, *stage, {}, settings)) {
    auto const verdict = entry.result.verdict;
    totals.count(verdict);
    if (verdict == Verdict::fail || verdict == Verdict::unsupported) continue;
    good = false;
    std::cout << subject.name << ": " << text(verdict) << ": " << entry.result.id
              << (entry.result.reason.empty() ? "" : ": ") << entry.result.reason << '\n';
  }
  std::cout << subject.name << ": " << totals.sum() << " cases, " << totals[Verdict::fail]
            << " failed, " << totals[Verdict::unsupported] << " unsupported, "
            << (good ? "nothing praised" : "NOT as it should be") << '\n'
            << std::flush;
  return good;
}

int selftest(SelftestCommand const& command, Tool const& tool) {
  Selection selection;
  selection.patterns = command.patterns;
  auto const suite = load_suite(tool.traces(), vox::Dialect::vox_0_4, selection);
  if (!suite) return complain(suite.error(), exit_usage);
  auto const cases = select(*suite, selection);
  if (!cases) return complain(cases.error(), exit_usage);
  if (cases->empty()) return complain(nothing_selected(*suite, selection), exit_usage);
  auto const subjects = list_subjects(tool.layout);
  if (!subjects) return complain(subjects.error(), exit_unexpected);
  RunSettings settings;
  settings.jobs = command.jobs;
  settings.options.limit_waits(guard);
  settings.silent_cases_max = 0;  // each case has to find fault by itself
  StopSignals const signals;
  settings.options.stop = signals.token();
  std::size_t judged = 0;
  bool good = true;
  for (auto const& subject : *subjects) {
    if (!subject.spelling.starts_with("null-")) continue;
    ++judged;
    good &= scores_nothing(subject, *cases, settings);
    if (auto const signal = signals.received()) {
      return complain("stopped by " + *signal, exit_stopped);
    }
  }
  if (judged == 0) {
    return complain("no null subject below " + tool.layout.subjects().string(), exit_not_started);
  }
  for (auto const& error : suite->errors)
    complain(text(error), exit_not_run);
  if (!good) return exit_unexpected;
  return suite->errors.empty() ? exit_clean : exit_not_run;
}

}  // namespace

void add_selftest(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "selftest", "Check the judge itself: no case may pass against a subject that does nothing");
  auto const command = std::make_shared<SelftestCommand>();
  sub->add_option("case", command->patterns, "Ids of cases, folders of them, or globs")
      ->type_name("ID");
  sub->add_option("-j,--jobs", command->jobs,
                  "Cases at a time (default: thirty-two a core, since a case mostly waits)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}));
  command->faults.add_to(*sub);
  sub->footer(
      "Runs the cases against subjects that end at once, answer garbage or never answer, and a\n"
      "canary that no subject can support. With --faults, against subjects that a relay makes\n"
      "wrong, each of which has to be found; with --freedoms, against ones that it makes\n"
      "different and that are as right.\n"
      "Examples:\n"
      "  voxspec selftest\n"
      "  voxspec selftest --faults --subject cpp\n"
      "  voxspec selftest --faults --fault session.keepalive --matrix");
  sub->callback([command, &tool] {
    auto const& faults = command->faults;
    tool.exit_code = faults.is_asked() ? faults.run(command->patterns, command->jobs, tool)
                                       : selftest(*command, tool);
  });
}

}  // namespace voxspec
