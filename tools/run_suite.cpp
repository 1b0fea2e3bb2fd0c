#include "tools/run_suite.hpp"

#include "conformance/runner/report_html.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/report_junit.hpp"
#include "conformance/runner/report_text.hpp"
#include "conformance/runner/run_cases.hpp"
#include "conformance/trace/frame_record.hpp"
#include "tools/last_failures.hpp"
#include "tools/progress.hpp"

#include <algorithm>
#include <chrono>
#include <expected>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t described_max = 20;

// The lists of the subject, and those of the command line.
std::expected<KnownFailures, std::string> known_failures(RunCommandOptions const& options,
                                                         std::vector<fs::path> files) {
  KnownFailures known;
  if (options.no_expectations) return known;
  files.insert(files.end(), options.expectations.begin(), options.expectations.end());
  for (auto const& file : files) {
    if (auto added = known.add(file); !added) return std::unexpected(added.error());
  }
  return known;
}

// A subject's list is about the suite that comes with it; about other traces it need not be.
std::vector<KnownFailure> unmatched_of(RunCommandOptions const& options, bool own_suite,
                                       KnownFailures const& known, std::vector<Case> const& cases) {
  if (own_suite) return unmatched(known, cases);
  auto const of_command_line = known_failures(options, {});
  return of_command_line ? unmatched(*of_command_line, cases) : std::vector<KnownFailure>{};
}

bool write_file(fs::path const& file, std::string const& text) {
  std::error_code ec;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), ec);
  std::ofstream out{file, std::ios::binary};
  out << text;
  out.close();
  if (!out) complain(file.string() + ": cannot be written", exit_usage);
  return static_cast<bool>(out);
}

// Writes what was asked for; false if something could not be written.
bool write_reports(RunReport const& report, RunCommandOptions const& options) {
  bool good = true;
  auto const dump = [](Json const& json) {
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  if (!options.json.empty()) good &= write_file(options.json, dump(report_json(report)));
  if (!options.junit.empty()) good &= write_file(options.junit, report_junit(report));
  if (!options.html.empty()) good &= write_file(options.html, report_html(report));
  if (options.keep.empty()) return good;
  for (auto const& entry : report.cases) {
    if (entry.result.verdict == Verdict::unsupported) continue;
    auto const file = fs::path{options.keep} / (entry.result.id + ".json");
    good &=
        write_file(file, dump(recording(*entry.trace, entry.result.frames, result_json(entry))));
  }
  return good;
}

// Everything after the last case: rules, what was left out and why, what went wrong, the sum.
void print_outcome(RunReport const& report, TextStyle style) {
  std::cout << '\n' << rule_table(report, style);
  if (auto const why = reasons(report, style); !why.empty()) std::cout << '\n' << why;
  std::size_t described = 0;
  std::size_t left = 0;
  for (auto const& entry : report.cases) {
    if (!is_unexpected(entry.result.verdict) || style.everything) continue;
    if (described == described_max) {
      ++left;
      continue;
    }
    ++described;
    std::cout << '\n' << describe_case(report, entry, style);
  }
  if (left > 0) {
    std::cout << "\nand " << left << " more like these: --failed-last runs them again, --html and "
              << "--json hold them all\n";
  }
  std::cout << '\n' << complaints(report, style) << banner(report, style) << std::flush;
}

// A subject that cannot be started leaves every case not run, in the reports too.
int not_started(RunReport report, std::vector<Case const*> const& cases, std::string const& why,
                RunCommandOptions const& options) {
  complain("the subject did not start: " + why, exit_not_started);
  for (auto const* const trace : cases) {
    report.cases.push_back(not_run(*trace, "the subject did not start"));
  }
  write_reports(report, options);
  return exit_not_started;
}

void remember(RunReport const& report, LastFailures const& last) {
  std::vector<std::string> run;
  std::vector<std::string> failed;
  for (auto const& entry : report.cases) {
    run.push_back(entry.result.id);
    if (is_unexpected(entry.result.verdict)) failed.push_back(entry.result.id);
  }
  last.save(run, failed);
}

RunSettings settings_of(RunCommandOptions const& options, Selection const& selection) {
  RunSettings settings;
  settings.jobs = options.jobs;
  settings.seed = options.seed;
  settings.options.guard_timeout = std::chrono::milliseconds{options.guard_ms};
  settings.transport = selection.transport;
  if (settings.jobs == 0) settings.jobs = default_jobs();
  settings.options.mute_guard =
      std::min(settings.options.mute_guard, settings.options.guard_timeout);
  return settings;
}

}  // namespace

int run_suite(Assignment assignment, RunCommandOptions const& options, Tool const& tool) {
  auto candidate = find_candidate(options.subject, tool.layout);
  if (!candidate) return complain(candidate.error(), exit_usage);
  auto const& subject = *candidate->subject;
  auto& stage = *candidate->stage;
  auto const known = known_failures(options, subject.expectations);
  if (!known) return complain(known.error(), exit_usage);
  LastFailures const last{subject.name};
  if (assignment.failed_last) {
    assignment.selection.only = last.load();
    if (!assignment.selection.only) {
      return complain("--failed-last: " + subject.name + " has not been judged yet", exit_usage);
    }
  }
  auto const cases = select(assignment.suite, assignment.selection);
  if (!cases) return complain(cases.error(), exit_usage);
  for (auto const& error : assignment.suite.errors)
    complain(text(error), exit_not_run);
  if (cases->empty()) return complain("no case was selected", exit_usage);

  auto style = stdout_style();
  style.everything = options.verbose;
  auto const settings = settings_of(options, assignment.selection);
  RunReport report;
  report.version = VOXSPEC_VERSION;
  report.subject = subject.name;
  report.again = "voxspec " + assignment.command + " " + candidate->again;
  report.again_by_id = assignment.whole_suite;
  report.seed = options.seed;
  report.trace_errors = assignment.suite.errors;
  if (!tool.traces_folder.empty()) report.again += " --traces " + shell_word(tool.traces_folder);
  if (options.no_expectations) report.again += " --no-expectations";
  for (auto const& file : options.expectations) {
    report.again += " --expectations " + shell_word(file);
  }
  if (options.seed != 1) report.again += " --seed " + std::to_string(options.seed);
  if (!candidate->prompt.empty()) std::cout << candidate->prompt << std::endl;
  if (auto const up = stage.preflight(); !up) {
    return not_started(std::move(report), *cases, up.error(), options);
  }
  auto const start = std::chrono::steady_clock::now();
  report.canary_held = canary_holds(subject, stage, *known, settings);
  {
    Progress progress{cases->size(), style};
    report.cases = run_cases(*cases, subject, stage, *known, settings,
                             [&](CaseReport const& entry) { progress.note(report, entry); });
  }
  report.wall = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  if (assignment.whole_suite && assignment.suite.errors.empty()) {
    report.unmatched =
        unmatched_of(options, tool.traces_folder.empty(), *known, assignment.suite.cases);
  }
  print_outcome(report, style);
  remember(report, last);
  bool const written = write_reports(report, options);
  return written ? report.exit_code() : std::max<int>(report.exit_code(), exit_not_run);
}

}  // namespace voxspec
