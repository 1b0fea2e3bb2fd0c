#include "tools/fault_command.hpp"

#include "conformance/relay/fault_file.hpp"
#include "conformance/runner/fault_report.hpp"
#include "conformance/runner/glob.hpp"
#include "conformance/runner/lot.hpp"
#include "conformance/runner/machine.hpp"
#include "conformance/runner/suite.hpp"
#include "tools/progress.hpp"
#include "tools/report_files.hpp"
#include "tools/stop_signals.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>

namespace voxspec {
namespace {

using relay::WireFault;

// Faults of the process are those of our own program, and some have no meaning in a dialect.
std::vector<WireFault> possible(std::vector<WireFault> all, Subject const& subject) {
  auto const& command = subject.command;
  auto const is_ours = !command.empty() &&
                       std::filesystem::path{command.front()}.filename() == "voxspec-subject-cpp";
  std::erase_if(all, [&](WireFault const& fault) {
    auto why = relay::not_in(fault, subject.dialect);
    if (!why && !fault.process.empty() && !is_ours) {
      why = "only our own C++ subject can be asked for it";
    }
    if (why) std::cout << "skipped     " << fault.id << "  " << *why << '\n';
    return why.has_value();
  });
  return all;
}

// Everything that one pass over the faults, or over the freedoms, needs.
struct Pass {
  FaultCommand const& command;
  Subject const& subject;
  std::vector<Case const*> const& cases;
  RunSettings settings;
  bool is_freedom = false;
  std::string plural;   // "faults"
  KnownAlarms known{};  // of freedoms
};

std::vector<WireFault> selected(std::vector<WireFault> all, std::vector<std::string> const& only) {
  if (only.empty()) return all;
  std::erase_if(all, [&](WireFault const& fault) {
    return std::ranges::none_of(only, [&](std::string const& pattern) {
      return matches_glob(pattern, fault.id) || fault.id.starts_with(pattern + ".") ||
             fault.id.starts_with(pattern + "@");
    });
  });
  return all;
}

// For a subject that is right: the guards are those of any run.
RunSettings patient(RunSettings settings) {
  RunOptions options;
  options.stop = settings.options.stop;
  settings.options = options;
  return settings;
}

std::vector<FaultReport> reports_of(Pass const& pass, std::vector<WireFault> const& faults,
                                    Baseline const& baseline) {
  LiveLine const line;
  std::size_t done = 0;
  std::size_t bad = 0;
  auto const on_fault = [&](FaultReport const& report) {
    ++done;
    if (is_unexpected(report, {}, pass.is_freedom)) ++bad;
    line.show(std::to_string(done) + " of " + std::to_string(faults.size()) + " " + pass.plural +
              ", " + std::to_string(bad) + " to look at; last: " + report.fault->id);
  };
  if (pass.is_freedom) {
    return run_freedoms(faults, baseline, pass.subject,
                        {.run = patient(pass.settings),
                         .cases_max = pass.command.cases_max,
                         .is_known =
                             [&](std::string const& freedom, std::string const& trace) {
                               return pass.known.find(freedom, trace) != nullptr;
                             }},
                        on_fault);
  }
  return run_faults(faults, baseline, pass.subject,
                    {.run = pass.settings, .all_cases = pass.command.matrix}, on_fault);
}

// A few faults need few cases: those about their clauses, and all where a fault shows in none.
Baseline baseline_of(Pass const& pass, std::vector<WireFault> const& faults) {
  LiveLine const line;
  std::size_t done = 0;
  std::size_t all = 0;
  auto const take = [&](std::vector<Case const*> const& cases, std::vector<WireFault> const& with) {
    all += cases.size();
    return take_baseline(cases, pass.subject, with, patient(pass.settings), [&](CaseReport const&) {
      line.show(std::to_string(++done) + " of " + std::to_string(all) + " cases without " +
                pass.plural);
    });
  };
  if (pass.is_freedom || pass.command.matrix) return take(pass.cases, faults);
  auto const about = cases_about(pass.cases, faults);
  auto baseline = take(about, faults);
  auto left = faults;
  std::erase_if(left, [&](WireFault const& fault) { return baseline.has_judge_of(fault); });
  if (left.empty()) return baseline;
  auto others = pass.cases;
  std::erase_if(others,
                [&](Case const* trace) { return std::ranges::find(about, trace) != about.end(); });
  baseline.add(take(others, left));
  return baseline;
}

// The lines, and the sum. True if all is as it should be.
bool print(Pass const& pass, std::vector<FaultReport> const& reports, UnseenFaults const& unseen,
           std::chrono::milliseconds wall) {
  std::array<std::size_t, 6> sums{};
  std::size_t unexpected = 0;
  for (auto const& report : reports) {
    ++sums[static_cast<std::size_t>(report.outcome)];
    auto const is_bad = is_unexpected(report, unseen, pass.is_freedom);
    unexpected += is_bad ? 1 : 0;
    std::cout << fault_line(report, unseen, pass.is_freedom) << '\n';
    auto const everything = pass.command.verbose || (pass.command.matrix && !pass.is_freedom);
    auto const has_alarm =
        pass.is_freedom && std::ranges::any_of(report.cases, &FaultedCase::failed);
    if (is_bad || everything || has_alarm || report.outcome == FaultOutcome::killed_by_timeout) {
      std::cout << fault_lines(report, everything, pass.is_freedom);
    }
  }
  std::cout << '\n' << pass.subject.name << ": " << reports.size() << " " << pass.plural << ": ";
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i] == 0) continue;
    auto const word = pass.is_freedom && static_cast<FaultOutcome>(i) == FaultOutcome::survived
                          ? "live"
                          : text(static_cast<FaultOutcome>(i));
    std::cout << sums[i] << " " << word << ", ";
  }
  auto const has_alarm = [](FaultReport const& report) {
    return std::ranges::any_of(report.cases, &FaultedCase::known);
  };
  auto const alarms = pass.is_freedom ? std::ranges::count_if(reports, has_alarm) : 0;
  if (alarms > 0) std::cout << alarms << " of them with false alarms that are known, ";
  std::cout << unexpected << " not as they should be, " << wall.count() / 1000 << "."
            << wall.count() / 100 % 10 << " s\n"
            << std::flush;
  return unexpected == 0;
}

// The exit code.
int run_pass(Pass pass, Tool const& tool, Json& json) {
  auto const folder = pass.command.folder.empty() ? tool.layout.share / pass.plural
                                                  : std::filesystem::path{pass.command.folder};
  auto const loaded = relay::load_faults(folder, pass.subject.dialect);
  for (auto const& error : loaded.errors)
    complain(text(error), exit_not_run);
  auto const unseen = load_unseen(folder / "unseen.json", pass.subject.name);
  if (!unseen) return complain(unseen.error(), exit_usage);
  auto known = KnownAlarms::load(folder / "known.json");
  if (!known) return complain(known.error(), exit_usage);
  if (pass.is_freedom) pass.known = *std::move(known);
  auto faults = possible(selected(loaded.faults, pass.command.only), pass.subject);
  keep_drawn(faults, pass.command.faults_max, pass.command.seed, &WireFault::id);
  if (faults.empty()) return complain("no " + pass.plural + " were selected", exit_usage);
  auto const start = std::chrono::steady_clock::now();
  auto const baseline = baseline_of(pass, faults);
  Totals totals;
  for (auto const& entry : baseline.cases)
    totals.count(entry.result.verdict);
  std::cout << pass.subject.name << ": " << totals[Verdict::pass] << " of " << totals.sum()
            << " cases pass without " << pass.plural << '\n'
            << std::flush;
  if (totals[Verdict::pass] == 0) return complain("no case passes", exit_not_run);
  auto const reports = reports_of(pass, faults, baseline);
  auto const wall = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  bool const good = print(pass, reports, *unseen, wall);
  json[pass.plural] = fault_json(reports, *unseen);
  auto const is_hindered = [](FaultReport const& report) {
    return report.outcome == FaultOutcome::not_run;
  };
  if (!loaded.errors.empty() || std::ranges::any_of(reports, is_hindered)) return exit_not_run;
  return good ? exit_clean : exit_unexpected;
}

// The cases with a relay that does nothing, and without one.
int compare(std::vector<Case const*> const& cases, Subject const& subject,
            RunSettings const& settings) {
  auto const differences = relay_differences(cases, subject, patient(settings));
  for (auto const& line : differences)
    std::cout << line << '\n';
  std::cout << subject.name << ": " << cases.size() << " cases with and without a relay, "
            << differences.size() << " differ\n"
            << std::flush;
  return differences.empty() ? exit_clean : exit_unexpected;
}

}  // namespace

void FaultCommand::add_to(CLI::App& command) {
  constexpr char const* group = "Faults and freedoms";
  command
      .add_flag("--faults", faults, "Make wrong subjects of a right one: cases have to find them")
      ->group(group);
  command.add_flag("--freedoms", freedoms, "Make other right subjects of it: no case may fail")
      ->group(group);
  command
      .add_flag("--neutral", neutral, "Check that a relay which does nothing changes no verdict")
      ->group(group);
  command
      .add_option("--subject", subject, "The right one (default: cpp), in whose dialect it is done")
      ->type_name("NAME|DIR|CMD")
      ->group(group);
  repeatable(command.add_option("--fault", only, "Only these, by id, chapter or glob (repeatable)"))
      ->type_name("ID")
      ->group(group);
  command.add_flag("--matrix", matrix, "Every case that a fault shows in, not only the first kill")
      ->group(group);
  command.add_option("--fault-files", folder, "Read them from here")
      ->type_name("DIR")
      ->group(group);
  command
      .add_option("--faults-max", faults_max,
                  "So many faults or freedoms, by a lot that the seed draws (default: all)")
      ->type_name("N")
      ->group(group);
  command
      .add_option("--cases-max", cases_max,
                  "So many cases of each freedom, by a lot that the seed draws (default: all)")
      ->type_name("N")
      ->group(group);
  command.add_option("--seed", seed, "Of these lots (1)")->type_name("N")->group(group);
  command.add_option("--guard", guard_ms, "How long a case waits for a wrong subject (2000)")
      ->type_name("MS")
      ->check(CLI::Range(100, 60'000))
      ->group(group);
  command.add_option("--json", json, "Write the outcome to this file")
      ->type_name("FILE")
      ->group(group);
  command.add_flag("-v,--verbose", verbose, "What each case says of each")->group(group);
}

int FaultCommand::run(std::vector<std::string> const& patterns, std::size_t jobs,
                      Tool const& tool) const {
  auto const right = find_subject(subject, tool.layout);
  if (!right) return complain(right.error(), exit_usage);
  Selection selection;
  selection.patterns = patterns;
  auto const suite = load_suite(tool.traces(), right->dialect, selection);
  if (!suite) return complain(suite.error(), exit_usage);
  auto const cases = select(*suite, selection);
  if (!cases) return complain(cases.error(), exit_usage);
  if (cases->empty()) return complain(nothing_selected(*suite, selection), exit_usage);
  RunSettings settings;
  settings.seed = seed;
  settings.jobs = affordable_jobs(jobs);
  StopSignals const signals;
  settings.options.stop = signals.token();
  settings.options.limit_waits(std::chrono::milliseconds{guard_ms});
  Json document{{"subject", right->name}};
  int code = exit_clean;
  auto const pass = [&](bool is_freedom) {
    Pass one{*this, *right, *cases, settings, is_freedom, is_freedom ? "freedoms" : "faults"};
    code = std::max(code, run_pass(std::move(one), tool, document));
  };
  if (neutral) code = compare(*cases, *right, settings);
  if (faults) pass(false);
  if (freedoms) pass(true);
  if (auto const signal = signals.received()) {
    complain("stopped by " + *signal, exit_stopped);
    code = exit_stopped;
  }
  if (!json.empty()) {
    if (!write_json_or_complain(json, document)) return exit_not_run;
  }
  return code;
}

}  // namespace voxspec
