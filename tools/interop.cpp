#include "conformance/relay/script.hpp"
#include "conformance/runner/in_parallel.hpp"
#include "conformance/runner/pair_report.hpp"
#include "conformance/runner/pair_runs.hpp"
#include "conformance/runner/run_cases.hpp"
#include "conformance/runner/transport_word.hpp"
#include "conformance/subjects/testbed/page_tables.hpp"
#include "conformance/trace/abilities.hpp"
#include "conformance/trace/case_path.hpp"
#include "tools/progress.hpp"
#include "tools/report_files.hpp"
#include "tools/stop_signals.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

struct InteropCommand {
  std::vector<std::string> subjects;
  std::vector<std::string> abilities;
  PairSelection selection;
  std::size_t jobs = 0;
  std::size_t limit_ms = 30'000;
  std::string json;
  std::string html;
  std::string keep;
};

// Those that two peers can play between themselves.
std::vector<std::string> playable_scenarios() {
  std::vector<std::string> names;
  for (auto const& scenario : pages::scenarios)
    if (!scenario.judge_breaks_link) names.emplace_back(scenario.name);
  return names;
}

std::expected<std::vector<Subject>, std::string> find_subjects(InteropCommand const& command,
                                                               Tool const& tool) {
  std::vector<Subject> subjects;
  for (auto const& word : command.subjects) {
    auto subject = find_subject(word, tool.layout);
    if (!subject) return std::unexpected(subject.error());
    if (std::ranges::find(subjects, subject->name, &Subject::name) != subjects.end()) {
      return std::unexpected("two subjects are called '" + subject->name + "'");
    }
    subject->abilities.insert(subject->abilities.end(), command.abilities.begin(),
                              command.abilities.end());
    subjects.push_back(*std::move(subject));
  }
  return subjects;
}

// Plays all of them, several at a time, and shows how far it is.
std::vector<PairResult> play(std::vector<Pairing> const& pairings, InteropCommand const& command,
                             std::stop_token const& stop) {
  std::vector<PairResult> results(pairings.size());
  PairLimits const limits{.scenario = std::chrono::milliseconds{command.limit_ms}};
  StartSlots slots;
  LiveLine const line;
  std::mutex showing;
  std::size_t done = 0;
  std::size_t failed = 0;
  auto const jobs = command.jobs == 0 ? default_jobs() : command.jobs;
  in_parallel(0, pairings.size(), jobs, [&](std::size_t index) {
    results[index] = run_pair(pairings[index], limits, stop, slots);
    std::scoped_lock const lock{showing};
    ++done;
    if (results[index].verdict != Verdict::pass) ++failed;
    line.show(std::to_string(done) + '/' + std::to_string(pairings.size()) + "  " +
              std::to_string(failed) + " did not pass");
  });
  return results;
}

// What was said in each pairing that did not pass, as recordings.
bool keep_recordings(PairReport const& report, std::filesystem::path const& folder) {
  for (auto const& result : report.results) {
    if (result.verdict == Verdict::pass) continue;
    auto const& pairing = result.pairing;
    auto const id = pairing.client->name + "-" + pairing.server->name + "/" +
                    transport_word(pairing.transport) + "-" + pairing.conduit + "/" +
                    pairing.scenario;
    for (std::size_t i = 0; i < result.tapes.size(); ++i) {
      auto const file = folder / case_path(i == 0 ? id : id + "-" + std::to_string(i + 1));
      auto const recording =
          relay::recording_of(result.tapes[i], vox::Role::initiator, Json{{"recorded", true}});
      if (!write_json_or_complain(file, recording)) return false;
    }
  }
  return true;
}

bool write_reports(PairReport const& report, InteropCommand const& command) {
  bool good = command.keep.empty() || keep_recordings(report, command.keep);
  if (command.json == "-") {
    std::cout << pair_json(report).dump(2) << '\n';
  } else if (!command.json.empty()) {
    good &= write_json_or_complain(command.json, pair_json(report));
  }
  if (!command.html.empty()) good &= write_or_complain(command.html, pair_html(report));
  return good;
}

int interop(InteropCommand command, Tool const& tool) {
  for (auto const& file : {command.json, command.html}) {
    if (auto const wrong = find_unwritable(file == "-" ? "" : file)) {
      return complain(*wrong, exit_usage);
    }
  }
  auto subjects = find_subjects(command, tool);
  if (!subjects) return complain(subjects.error(), exit_usage);
  PairReport report{.version = VOXSPEC_VERSION, .subjects = *std::move(subjects), .results = {}};
  for (auto const& names : {command.selection.clients, command.selection.servers})
    for (auto const& name : names)
      if (std::ranges::find(report.subjects, name, &Subject::name) == report.subjects.end()) {
        return complain("no subject here is called '" + name + "'", exit_usage);
      }
  if (command.selection.scenarios.empty()) command.selection.scenarios = playable_scenarios();
  auto const pairings = pairings_of(report.subjects, command.selection);
  if (pairings.empty()) {
    return complain(
        "none of them plays client scenarios (ability client-scenarios) against one "
        "that listens on a transport and conduit of both",
        exit_usage);
  }
  StopSignals const signals;
  report.results = play(pairings, command, signals.token());
  auto& out = command.json == "-" ? std::cerr : std::cout;
  out << pair_text(report, stdout_style()) << std::flush;
  bool const written = write_reports(report, command);
  if (auto const signal = signals.received()) {
    return complain("stopped by " + *signal, exit_stopped);
  }
  if (report.count(Verdict::fail) > 0) return exit_unexpected;
  return written && report.count(Verdict::not_run) == 0 ? exit_clean : exit_not_run;
}

void add_selection(CLI::App& sub, InteropCommand& command) {
  auto const words = [&](char const* option, std::vector<std::string>& into, char const* about) {
    return repeatable(sub.add_option(option, into, about))->delimiter(',')->group("Selection");
  };
  words("--scenarios", command.selection.scenarios,
        "Only these, of docs/testbed.md (default: all that need no judge in between)")
      ->type_name("NAME")
      ->check(CLI::IsMember(playable_scenarios()));
  words("--transports", command.selection.transports, "Only these")
      ->check(CLI::IsMember({"tcp", "local", "ws"}));
  words("--conduits", command.selection.conduits, "Only these")
      ->check(CLI::IsMember({"bare", "stable"}));
  words("--client", command.selection.clients, "Only this one plays")->type_name("NAME");
  words("--server", command.selection.servers, "Only this one serves")->type_name("NAME");
}

}  // namespace

void add_interop(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "interop",
      "Let subjects play their client scenarios against each other, and show who "
      "understands whom");
  auto const command = std::make_shared<InteropCommand>();
  sub->add_option("SUBJECT", command->subjects,
                  "Names, folders with a subject.json, or command lines in one text")
      ->required()
      ->expected(1, -1);
  repeatable(sub->add_option("--ability", command->abilities,
                             "An ability that all of them have (repeatable)"))
      ->type_name("NAME")
      ->check([](std::string const& word) { return unknown_ability(word).value_or(""); });
  add_selection(*sub, *command);
  sub->add_option("-j,--jobs", command->jobs, "Pairs at a time (default: thirty-two a core)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}));
  sub->add_option("--limit", command->limit_ms,
                  "Milliseconds that a scenario may take (default 30000)")
      ->type_name("MS")
      ->check(CLI::Range(std::size_t{1}, std::size_t{3'600'000}));
  sub->add_option("--json", command->json,
                  "Write the whole result for programs (-: to standard output)")
      ->type_name("FILE");
  sub->add_option("--html", command->html, "Write one page to read in a browser")
      ->type_name("FILE");
  sub->add_option("--keep", command->keep,
                  "Write what was said in each pairing that did not pass, as recordings, below a "
                  "folder")
      ->type_name("DIR");
  sub->footer(
      "A client says by its exit code whether all was as it should be (docs/subjects.md); both "
      "have\n"
      "to have spoken. For verdicts by the specification judge each of them by 'voxspec run'.\n"
      "Exit codes: 0 all passed, 1 something failed, 4 something could not be played.\n"
      "Examples:\n"
      "  voxspec interop rust cpp\n"
      "  voxspec interop rust cpp ./my-port --transports tcp --conduits bare --html matrix.html\n"
      "  voxspec interop rust ./my-port --scenarios echo --keep said");
  sub->callback([command, &tool] { tool.exit_code = interop(*command, tool); });
}

}  // namespace voxspec
