#include "tools/run_options.hpp"

namespace voxspec {
namespace {

void add_reports(RunCommandOptions& options, CLI::App& command) {
  auto const add = [&](char const* name, std::string& into, char const* about, char const* type) {
    command.add_option(name, into, about)->type_name(type)->group("Reports");
  };
  add("--json", options.json, "Write the whole result for programs (-: to standard output)",
      "FILE");
  add("--junit", options.junit, "Write JUnit XML for CI", "FILE");
  add("--html", options.html,
      "Write one page to read in a browser: causes, clauses, each case with its frames", "FILE");
  add("--table", options.table,
      "Write what it does otherwise than the specification, by clause, in Markdown", "FILE");
  add("--known", options.known,
      "Write what fails as a list of known failures, to begin one; each entry wants a reason",
      "FILE");
  add("--keep", options.keep, "Write a recording of each case that was run below a folder", "DIR");
}

// How many at once, in which order, and how long each may take.
void add_pace(RunCommandOptions& options, CLI::App& command) {
  command
      .add_option("-j,--jobs", options.jobs,
                  "Cases at a time (default: thirty-two a core, since a case mostly waits)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}));
  command
      .add_option("--seed", options.seed,
                  "Decides the order of the cases and all nonces (default 1)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option("--guard", options.guard_ms,
                  "Milliseconds after which an answer that does not come is given up (default "
                  "5000, or ten times what the subject took to come up and at most 30000, if that "
                  "is more); never a verdict on speed")
      ->type_name("MS")
      ->check(CLI::Range(std::size_t{1}, std::size_t{3'600'000}));
  command
      .add_option("--start-limit", options.start_limit_ms,
                  "Milliseconds that the subject may take to come up, which is no verdict and not "
                  "counted in the guard (default: 120000 for the first start, then ten times what "
                  "that took and at least 30000)")
      ->type_name("MS")
      ->check(CLI::Range(std::size_t{1}, std::size_t{86'400'000}));
  command
      .add_option("--case-limit", options.case_limit_ms,
                  "Milliseconds for all waits of a case together, once the subject is up, and as "
                  "much again for each 200 steps (default 120000)")
      ->type_name("MS")
      ->check(CLI::Range(std::size_t{1}, std::size_t{86'400'000}));
}

void add_rounds(RunCommandOptions& options, CLI::App& command) {
  constexpr char const* rounds_group = "Once more";
  command
      .add_option("--repeat", options.rounds.repeats,
                  "Run all cases so many times more, in other orders and with other nonces: a "
                  "verdict that changes is named, and exit code 1")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->group(rounds_group);
  command
      .add_option("--schedule", options.rounds.schedules,
                  "The same with writes cut, joined and delayed, each time by another seed")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->group(rounds_group);
  command
      .add_flag("--until-fail", options.rounds.until_changed,
                "Run all cases again until a verdict changes; at most --repeat times, if that is "
                "given")
      ->group(rounds_group);
  command
      .add_option("--schedule-seed", options.schedule_seed,
                  "Cut, join and delay the writes by this seed")
      ->type_name("SEED")
      ->check(CLI::NonNegativeNumber)
      ->group(rounds_group);
}

void add_watching(RunCommandOptions& options, CLI::App& command) {
  constexpr char const* watched =
      "Look at it while it runs (one case at a time, without time limits)";
  command
      .add_flag("--wait", options.wait,
                "Stop before the first frame of each case, print the id of the subject's process, "
                "and go on when Enter is pressed")
      ->group(watched);
  command
      .add_option("--debugger", options.debugger,
                  "Start the subject under this program, which gets our standard input")
      ->type_name("CMD")
      ->group(watched);
}

}  // namespace

void RunCommandOptions::add_to(CLI::App& command) {
  subject.add_to(command);
  add_pace(*this, command);
  add_rounds(*this, command);
  command.add_flag("--as-shipped", as_shipped,
                   "Judge by what 0.4.0 does as well: who differs from it fails");
  command.add_flag("-v,--verbose", verbose, "Show every case with all its frames");
  add_watching(*this, command);
  constexpr char const* known_group = "Known failures";
  repeatable(command.add_option("--expectations", expectations,
                                "A list of known failures beside the subject's own (repeatable)"))
      ->type_name("FILE")
      ->group(known_group);
  command.add_flag("--no-expectations", no_expectations, "Judge without any list")
      ->group(known_group);
  add_reports(*this, command);
}

}  // namespace voxspec
