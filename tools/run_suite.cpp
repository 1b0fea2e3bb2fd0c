#include "tools/run_suite.hpp"

#include "conformance/runner/eligibility.hpp"
#include "conformance/runner/machine.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/report_text.hpp"
#include "conformance/runner/run_cases.hpp"
#include "conformance/runner/transport_word.hpp"
#include "tools/last_failures.hpp"
#include "tools/progress.hpp"
#include "tools/report_files.hpp"
#include "tools/stop_signals.hpp"

#include <algorithm>
#include <chrono>
#include <expected>
#include <filesystem>
#include <iostream>
#include <map>
#include <utility>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

// For a start whose time nobody has measured yet, and for those after it: much more than the first
// one took, since the machine may be busier then.
constexpr std::chrono::milliseconds first_start_max{120'000};
constexpr std::chrono::milliseconds start_limit_min{30'000};
constexpr int starts_in_limit = 10;
// For a person with a debugger.
constexpr std::chrono::hours watched_wait_max{24};

std::chrono::milliseconds start_limit_after(std::chrono::milliseconds first_start) {
  return std::max(start_limit_min, starts_in_limit * first_start);
}

// The lists of the subject, and those of the command line.
std::expected<KnownFailures, std::string> known_failures(RunCommandOptions const& options,
                                                         std::vector<fs::path> files) {
  if (options.no_expectations) return KnownFailures{};
  files.insert(files.end(), options.expectations.begin(), options.expectations.end());
  return KnownFailures::load(files);
}

// A subject's list is about the suite that comes with it; about other traces it need not be.
std::vector<KnownFailure> unmatched_of(RunCommandOptions const& options, bool own_suite,
                                       KnownFailures const& known, std::vector<Case> const& cases) {
  if (own_suite) return unmatched(known, cases);
  auto const of_command_line = known_failures(options, {});
  return of_command_line ? unmatched(*of_command_line, cases) : std::vector<KnownFailure>{};
}

// The subject is started so that somebody can look at it. The error is one line.
std::expected<void, std::string> let_watch(RunCommandOptions const& options, Subject& subject) {
  if (!options.is_watched()) return {};
  if (subject.command.empty()) {
    return std::unexpected("--wait and --debugger are for a --subject that voxspec starts");
  }
  if (!options.debugger.empty()) {
    auto words = split_command(options.debugger);
    if (!words) return std::unexpected("--debugger: " + words.error());
    subject.command.insert(subject.command.begin(), words->begin(), words->end());
    subject.watch.terminal = true;
  }
  if (options.wait) {
    subject.watch.started = [](int id) {
      std::cerr << "process " << id << " was started (gdb -p " << id
                << "); Enter goes on: " << std::flush;
      std::string line;
      std::getline(std::cin, line);
    };
  }
  return {};
}

// Everything after the last case: what needs a look by its cause, rules, what was left out and why,
// what went wrong, how far the subject is, the sum.
void print_outcome(RunReport const& report, TextStyle style) {
  auto const part = [](std::string const& text) {
    if (!text.empty()) std::cout << '\n' << text;
  };
  if (!style.everything) part(causes(report, style));
  part(rule_table(report, style));
  part(reasons(report, style));
  part(costs(report));
  part(level_table(report, style));
  std::cout << '\n' << complaints(report, style) << banner(report, style) << std::flush;
}

// Why no case of a run can be run any more.
struct Obstacle {
  ExitCode exit_code = exit_not_run;
  Hindrance hindrance = Hindrance::none;
  std::string complaint;
  std::string reason;  // of each case
};

Obstacle obstacle_of(RunReport const& report, NoLink const& why) {
  if (!report.stopped_by.empty()) {
    return {.exit_code = exit_stopped,
            .hindrance = Hindrance::stopped,
            .complaint = "stopped by " + report.stopped_by,
            .reason = "the run was stopped before"};
  }
  if (why.cause == NoLink::Cause::machine) {
    return {.exit_code = exit_not_run,
            .hindrance = Hindrance::machine,
            .complaint = "no case can be run: " + why.detail,
            .reason = why.detail};
  }
  return {.exit_code = exit_not_started,
          .hindrance = Hindrance::start,
          .complaint = "the subject did not start: " + why.detail,
          .reason = "the subject did not start"};
}

// The rest of a run whose subject did not come up, or that was stopped before: every case is not
// run, in the reports too.
int without_subject(RunReport report, std::vector<Case const*> const& cases, NoLink const& why,
                    ReportFiles& files) {
  auto const obstacle = obstacle_of(report, why);
  complain(obstacle.complaint, obstacle.exit_code);
  for (auto const* const trace : cases)
    report.cases.push_back(not_run(*trace, obstacle.hindrance, obstacle.reason));
  files.finish(report);
  return obstacle.exit_code;
}

// False if the terminal, pipe or file behind it takes no more, which is said.
bool standard_output_good() {
  if (std::cout.flush()) return true;
  complain("standard output cannot be written", exit_not_run);
  return false;
}

void remember(RunReport const& report, LastFailures const& last) {
  std::vector<std::string> run;
  std::vector<std::string> failed;
  for (auto const& entry : report.cases) {
    if (entry.result.hindrance == Hindrance::stopped) continue;
    run.push_back(entry.result.id);
    if (is_unexpected(entry.result.verdict)) failed.push_back(entry.result.id);
  }
  last.save(run, failed);
}

RunSettings settings_of(RunCommandOptions const& options, Selection const& selection) {
  RunSettings settings;
  settings.seed = options.seed;
  settings.as_shipped = options.as_shipped;
  if (options.guard_ms) {
    settings.options.limit_waits(std::chrono::milliseconds{*options.guard_ms});
  }
  settings.options.start_limit =
      options.start_limit_ms ? std::chrono::milliseconds{*options.start_limit_ms} : first_start_max;
  settings.options.case_limit = std::chrono::milliseconds{options.case_limit_ms};
  settings.options.schedule = options.schedule_seed;
  settings.transport = selection.transport;
  if (options.is_watched()) {
    if (!options.guard_ms) settings.options.limit_waits(watched_wait_max);
    settings.options.start_limit = settings.options.case_limit = watched_wait_max;
    settings.jobs = 1;
    return settings;
  }
  auto const wanted = options.jobs == 0 ? default_jobs() : options.jobs;
  settings.jobs = affordable_jobs(wanted);
  return settings;
}

RunReport begin_report(Assignment const& assignment, RunCommandOptions const& options,
                       Candidate const& candidate, Tool const& tool) {
  RunReport report;
  report.version = VOXSPEC_VERSION;
  report.subject = candidate.subject->name;
  report.dialect = candidate.subject->dialect;
  report.again = "voxspec " + assignment.command + " " + candidate.again;
  report.again_by_id = assignment.whole_suite;
  report.seed = options.seed;
  report.selected = text(assignment.selection);
  if (!tool.traces_folder.empty()) {
    report.selected += (report.selected.empty() ? "" : ", ") + ("from " + tool.traces_folder);
  }
  report.trace_errors = assignment.suite.errors;
  if (!tool.traces_folder.empty()) report.again += " --traces " + shell_word(tool.traces_folder);
  if (options.as_shipped) report.again += " --as-shipped";
  if (options.no_expectations) report.again += " --no-expectations";
  for (auto const& file : options.expectations) {
    report.again += " --expectations " + shell_word(file);
  }
  if (options.seed != 1) report.again += " --seed " + std::to_string(options.seed);
  if (options.schedule_seed) {
    report.again += " --schedule-seed " + std::to_string(*options.schedule_seed);
  }
  if (options.guard_ms) report.again += " --guard " + std::to_string(*options.guard_ms);
  if (auto const over = assignment.selection.transport) {
    report.again += " --transport " + transport_word(*over);
  }
  return report;
}

int say_what_would_run(std::vector<Case const*> const& cases, Subject const& subject,
                       Selection const& selection) {
  std::size_t count = 0;
  std::map<std::string, std::size_t> reasons;
  for (auto const* const trace : cases) {
    if (auto const plan = plan_case(*trace, subject, selection.transport); plan) {
      std::cout << trace->id << '\n';
      ++count;
    } else {
      ++reasons[plan.error()];
    }
  }
  for (auto const& [reason, times] : reasons) {
    std::cerr << "unsupported  " << times << (times == 1 ? " case: " : " cases: ") << reason
              << '\n';
  }
  std::cerr << count << " of " << cases.size() << " cases would run\n";
  return exit_clean;
}

// A copy of the case joins the report, by id, so that what is written meanwhile is in order.
void add_sorted(RunReport& report, CaseReport const& entry) {
  auto const id = [](CaseReport const& each) { return each.result.id; };
  auto const place = std::ranges::upper_bound(report.cases, entry.result.id, {}, id);
  report.cases.insert(place, entry);
}

// Runs the cases, and lets what is seen of them grow: the lines of the terminal and the reports.
void run_and_show(RunReport& report, std::vector<Case const*> const& cases,
                  Candidate const& candidate, KnownFailures const& known,
                  RunSettings const& settings, TextStyle style, ReportFiles& files) {
  auto const start = std::chrono::steady_clock::now();
  auto const elapsed = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start);
  };
  report.complete = false;
  report.canary_held = canary_holds(*candidate.subject, *candidate.stage, known, settings);
  Progress progress{cases.size(), style};
  report.cases = run_cases(cases, *candidate.subject, *candidate.stage, known, settings,
                           [&](CaseReport const& entry) {
                             progress.note(report, entry);
                             if (files.grows()) add_sorted(report, entry);
                             report.wall = elapsed();
                             files.note(report, entry);
                           });
  report.wall = elapsed();
  report.complete = true;
}

}  // namespace

int run_suite(Assignment assignment, RunCommandOptions const& options, Tool const& tool) {
  StopSignals const signals;
  auto candidate = find_candidate(options.subject, tool.layout);
  if (!candidate) return complain(candidate.error(), exit_usage);
  if (auto watching = let_watch(options, *candidate->subject); !watching) {
    return complain(watching.error(), exit_usage);
  }
  auto const& subject = *candidate->subject;
  auto const known = known_failures(options, subject.expectations);
  if (!known) return complain(known.error(), exit_usage);
  LastFailures const last{subject.name};
  if (assignment.failed_last) {
    assignment.selection.only = last.load();
    if (!assignment.selection.only) {
      return complain("--failed-last: " + subject.name + " has not been judged yet", exit_usage);
    }
    // Cases come and go.
    std::erase_if(*assignment.selection.only, [&](std::string const& id) {
      return std::ranges::find(assignment.suite.cases, id, &Case::id) ==
             assignment.suite.cases.end();
    });
    if (assignment.selection.only->empty()) {
      std::cout << "nothing to run: all cases of " << subject.name
                << " came out as expected last time\n";
      return exit_clean;
    }
  }
  auto const cases = select(assignment.suite, assignment.selection);
  if (!cases) return complain(cases.error(), exit_usage);
  for (auto const& error : assignment.suite.errors)
    complain(text(error), exit_not_run);
  if (cases->empty())
    return complain(nothing_selected(assignment.suite, assignment.selection), exit_usage);
  if (assignment.dry) return say_what_would_run(*cases, subject, assignment.selection);

  ReportFiles files{options};
  if (auto const wrong = files.find_unwritable()) return complain(*wrong, exit_usage);
  auto style = stdout_style();
  style.everything = options.verbose;
  auto settings = settings_of(options, assignment.selection);
  settings.options.stop = signals.token();
  auto report = begin_report(assignment, options, *candidate, tool);
  if (!candidate->prompt.empty()) std::cout << candidate->prompt << '\n' << std::flush;
  auto const up = candidate->stage->preflight(settings.options);
  report.stopped_by = signals.received().value_or("");
  if (!up || !report.stopped_by.empty()) {
    return without_subject(std::move(report), *cases, up ? NoLink{} : up.error(), files);
  }
  if (!options.start_limit_ms && !options.is_watched()) {
    settings.options.start_limit = start_limit_after(*up);
  }
  run_and_show(report, *cases, *candidate, *known, settings, style, files);
  report.stopped_by = signals.received().value_or("");
  if (assignment.whole_suite && assignment.suite.is_whole && assignment.suite.errors.empty()) {
    report.unmatched =
        unmatched_of(options, tool.traces_folder.empty(), *known, assignment.suite.cases);
  }
  print_outcome(report, style);
  remember(report, last);
  files.finish(report);
  int code = report.exit_code();
  if (!options.rounds.empty() && report.stopped_by.empty()) {
    std::cout << '\n';
    bool const same =
        run_rounds(options.rounds, report, *cases, subject, *candidate->stage, *known, settings);
    if (!same) code = std::max<int>(code, exit_unexpected);
    if (signals.received()) code = exit_stopped;
  }
  bool const written = files.good() && standard_output_good();
  return written ? code : std::max<int>(code, exit_not_run);
}

std::expected<Json, Unjudged> judge_quietly(RunCommandOptions const& options, Tool const& tool) {
  StopSignals const signals;
  auto const candidate = find_candidate(options.subject, tool.layout);
  if (!candidate) return std::unexpected(Unjudged{.why = candidate.error()});
  auto const suite = load_suite(tool.traces(), candidate->subject->dialect);
  if (!suite) return std::unexpected(Unjudged{.why = suite.error()});
  Assignment const assignment{.suite = *suite, .selection = {}};
  auto const cases = select(*suite, assignment.selection);
  if (!cases) return std::unexpected(Unjudged{.why = cases.error()});
  auto settings = settings_of(options, assignment.selection);
  settings.options.stop = signals.token();
  auto const& subject = *candidate->subject;
  auto const up = candidate->stage->preflight(settings.options);
  if (!up) {
    return std::unexpected(Unjudged{.why = subject.name + " did not start: " + up.error().detail,
                                    .code = exit_not_started});
  }
  settings.options.start_limit = start_limit_after(*up);
  auto report = begin_report(assignment, options, *candidate, tool);
  KnownFailures const none;
  // Where there is a terminal; elsewhere such lines would hide what the command is about.
  std::optional<Progress> progress;
  if (stdout_is_terminal()) progress.emplace(cases->size(), stdout_style());
  report.cases =
      run_cases(*cases, subject, *candidate->stage, none, settings, [&](CaseReport const& entry) {
        if (progress) progress->note(report, entry);
      });
  if (signals.received()) {
    return std::unexpected(
        Unjudged{.why = "stopped by " + *signals.received(), .code = exit_stopped});
  }
  // Here, since the report refers to the cases of the suite.
  return report_json(report);
}

}  // namespace voxspec
