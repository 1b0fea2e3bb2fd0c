#include "tools/explore.hpp"

#include "conformance/explore/comparison.hpp"
#include "conformance/explore/search.hpp"
#include "conformance/peer/dialect_word.hpp"
#include "conformance/relay/fault_file.hpp"
#include "conformance/relay/relay_port.hpp"
#include "conformance/runner/eligibility.hpp"
#include "conformance/runner/glob.hpp"
#include "conformance/runner/machine.hpp"
#include "conformance/runner/suite.hpp"
#include "conformance/trace/abilities.hpp"
#include "tools/explore_report.hpp"
#include "tools/progress.hpp"
#include "tools/report_files.hpp"
#include "tools/stop_signals.hpp"
#include "tools/subject_options.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace voxspec {
namespace {

struct ExploreCommand {
  SubjectOptions subject;
  std::string against;
  std::size_t jobs = 0;
  std::size_t sequences = 1000;
  std::optional<unsigned> seconds;
  std::uint64_t seed = 1;
  std::size_t length = 12;
  std::size_t findings_max = 20;
  unsigned guard_ms = 5000;
  std::string rows = "*";
  std::string fault;
  std::string freedom;
  std::string output;
  std::string json;
  std::string model_files;
  bool shows_model = false;
  bool shows_exceptions = false;
  bool no_known = false;
};

// What stops a command before it searches.
struct Refused {
  std::string what;
  int code = exit_usage;
};

template <class T>
using OrRefused = std::expected<T, Refused>;

// All who take part; the stages refer to what stands beside them.
struct Players {
  Candidate candidate;
  std::unique_ptr<Subject> other;
  std::unique_ptr<Stage> other_stage;
  std::vector<relay::WireFault> faults;  // one, if any
};

OrRefused<relay::WireFault> find_fault(ExploreCommand const& command, Dialect dialect,
                                       Tool const& tool) {
  auto const is_freedom = command.fault.empty();
  auto const& id = is_freedom ? command.freedom : command.fault;
  auto const loaded =
      relay::load_faults(tool.layout.share / (is_freedom ? "freedoms" : "faults"), dialect);
  auto const found = std::ranges::find(loaded.faults, id, &relay::WireFault::id);
  if (found == loaded.faults.end()) {
    std::vector<std::string_view> ids;
    for (auto const& fault : loaded.faults)
      ids.emplace_back(fault.id);
    return std::unexpected(Refused{"there is no " + std::string{is_freedom ? "freedom" : "fault"} +
                                   " '" + id + "'" + nearest_hint(id, ids)});
  }
  if (auto const why = relay::not_in(*found, dialect))
    return std::unexpected(Refused{id + ": " + *why});
  return *found;
}

// The way to the subject leads through a relay that makes another one of it.
OrRefused<void> add_fault(Players& players, ExploreCommand const& command, Tool const& tool) {
  auto fault = find_fault(command, players.candidate.subject->dialect, tool);
  if (!fault) return std::unexpected(fault.error());
  players.faults.push_back(*std::move(fault));
  auto const& used = players.faults.front();
  auto& subject = *players.candidate.subject;
  if (subject.command.empty())
    return std::unexpected(Refused{"a fault needs a --subject to start"});
  std::erase_if(subject.abilities, [&](std::string const& ability) {
    return std::ranges::find(used.lacks, ability) != used.lacks.end();
  });
  if (used.role) subject.roles = {*used.role};
  players.candidate.stage = make_process_stage(subject, [&used](Case const& of, SubjectPort& port) {
    auto relayed = std::make_unique<relay::RelayPort>(port, opposite(of.role), of.dialect);
    relayed->conversation.use(used);
    return relayed;
  });
  return {};
}

// Two subjects are asked only what both claim.
void keep_common(Subject& one, Subject const& other) {
  auto const keep = [](auto& ours, auto const& theirs) {
    std::erase_if(
        ours, [&](auto const& each) { return std::ranges::find(theirs, each) == theirs.end(); });
  };
  keep(one.abilities, other.abilities);
  keep(one.roles, other.roles);
  keep(one.transports, other.transports);
  keep(one.conduits, other.conduits);
}

OrRefused<Players> find_players(ExploreCommand const& command, Tool const& tool) {
  Players players;
  auto candidate = find_candidate(command.subject, tool.layout);
  if (!candidate) return std::unexpected(Refused{candidate.error()});
  players.candidate = *std::move(candidate);
  if (!command.against.empty()) {
    auto other = find_subject(command.against, tool.layout);
    if (!other) return std::unexpected(Refused{"--against: " + other.error()});
    auto const dialect = players.candidate.subject->dialect;
    if (other->dialect != dialect) {
      return std::unexpected(Refused{"--against: " + other->name + " speaks the dialect " +
                                     dialect_word(other->dialect) + ", and the subject " +
                                     dialect_word(dialect)});
    }
    players.other = std::make_unique<Subject>(*std::move(other));
    players.other_stage = make_process_stage(*players.other);
    keep_common(*players.candidate.subject, *players.other);
  }
  // The model calls methods in nearly all of its states.
  if (!has(players.candidate.subject->abilities, testbed_ability)) {
    return std::unexpected(
        Refused{"the explorer calls methods, and the subject does not claim the "
                "ability testbed"});
  }
  return players;
}

OrRefused<std::set<vox::Clause>> known_of(ExploreCommand const& command, Subject const& subject,
                                          Tool const& tool) {
  // What two subjects do otherwise than each other stands in no list.
  if (command.no_known || !command.against.empty() || subject.expectations.empty()) {
    return std::set<vox::Clause>{};
  }
  auto const known = KnownFailures::load(subject.expectations);
  if (!known) return std::unexpected(Refused{known.error()});
  auto const suite = load_suite(tool.traces(), subject.dialect);
  if (!suite) return std::unexpected(Refused{suite.error()});
  return explore::known_clauses(*known, suite->cases);
}

explore::SearchSettings settings_of(ExploreCommand const& command, std::stop_token stop) {
  explore::SearchSettings settings;
  settings.make.manner =
      command.against.empty() ? explore::Manner::judging : explore::Manner::comparing;
  settings.make.seed = command.seed;
  settings.make.length = command.length;
  settings.make.rows = command.rows;
  settings.sequences = command.sequences;
  if (command.seconds) settings.time = std::chrono::seconds{*command.seconds};
  settings.findings_max = command.findings_max;
  settings.run.jobs = affordable_jobs(command.jobs == 0 ? default_jobs() : command.jobs);
  settings.run.seed = command.seed;
  settings.run.options.stop = std::move(stop);
  settings.run.options.limit_waits(std::chrono::milliseconds{command.guard_ms});
  return settings;
}

// The address of a subject whose way takes one link at a time takes one case at a time, too.
std::optional<Refused> not_up(Players& players, explore::SearchSettings& settings) {
  auto const up = [&](Stage& stage) -> std::optional<Refused> {
    settings.run.jobs = std::min(settings.run.jobs, stage.parallel_max());
    auto const started = stage.preflight(settings.run.options);
    if (started) return std::nullopt;
    auto const by_machine = started.error().cause == NoLink::Cause::machine;
    return Refused{"the subject did not start: " + started.error().detail,
                   by_machine ? exit_not_run : exit_not_started};
  };
  auto refused = up(*players.candidate.stage);
  if (!refused && players.other_stage) refused = up(*players.other_stage);
  return refused;
}

void print_findings(ExploreCommand const& command, explore::Model const& model,
                    explore::SearchResult const& result, Candidate const& candidate) {
  auto const style = stdout_style();
  std::size_t number = 0;
  for (auto const& finding : result.findings) {
    ++number;
    auto again = "explore " + candidate.again + " --seed " + std::to_string(command.seed);
    if (!command.output.empty()) {
      auto const path = case_path(command.output, model, finding, number);
      (void)write_json_or_complain(path, explore::case_file(model, finding));
      again = "replay " + shell_word(path.string()) + " " + candidate.again;
    }
    std::cout << describe_finding(model, finding, candidate.subject->name, again, style) << '\n';
  }
  for (auto const& finding : result.unrepeated) {
    std::cout << "seen once and not again: " << model.rows[finding.cause.row].name << ": "
              << finding.cause.reason << '\n';
  }
}

int list_exceptions(explore::Model const& model) {
  for (auto const& [what, reason] : explore::not_compared())
    std::cout << what << ": " << reason << '\n';
  for (auto const& row : model.rows) {
    if (!row.not_compared.empty()) std::cout << row.name << ": " << row.not_compared << '\n';
  }
  return exit_clean;
}

int code_of(explore::SearchResult const& result) {
  if (result.tally.causes > result.tally.known) return exit_unexpected;
  return result.tally.not_run > 0 ? exit_not_run : exit_clean;
}

int explore_subject(ExploreCommand const& command, explore::Model const& model, Tool const& tool) {
  auto players = find_players(command, tool);
  if (!players) return complain(players.error().what, players.error().code);
  auto const& subject = *players->candidate.subject;
  if (!command.fault.empty() || !command.freedom.empty()) {
    if (auto const added = add_fault(*players, command, tool); !added) {
      return complain(added.error().what, added.error().code);
    }
  }
  StopSignals const signals;
  auto settings = settings_of(command, signals.token());
  auto known = known_of(command, subject, tool);
  if (!known) return complain(known.error().what, known.error().code);
  settings.known = *std::move(known);
  if (!players->candidate.prompt.empty()) std::cerr << players->candidate.prompt << '\n';
  if (auto const refused = not_up(*players, settings))
    return complain(refused->what, refused->code);

  explore::SearchResult result;
  {
    LiveLine const line;
    explore::Side const side{.subject = &subject, .stage = players->candidate.stage.get()};
    std::optional<explore::Side> against;
    if (players->other) {
      against = explore::Side{.subject = players->other.get(), .stage = players->other_stage.get()};
    }
    result = explore::search(model, side, against, settings, [&](explore::Tally const& tally) {
      line.show(std::to_string(tally.played) + " of " + std::to_string(command.sequences) +
                " conversations, " + std::to_string(tally.causes) + " found, " +
                std::to_string(tally.known) + " of them known");
    });
  }
  print_findings(command, model, result, players->candidate);
  std::cout << subject.name << ", seed " << command.seed << ": " << coverage_text(model, result)
            << std::flush;
  if (!command.json.empty()) {
    auto const document = search_json(model, result, subject.name, command.seed);
    if (!write_json_or_complain(command.json, document)) return exit_not_run;
  }
  if (auto const signal = signals.received()) {
    return complain("stopped by " + *signal, exit_stopped);
  }
  return code_of(result);
}

int run_explore(ExploreCommand const& command, Tool const& tool) {
  auto const folder = command.model_files.empty() ? tool.layout.share / "model"
                                                  : std::filesystem::path{command.model_files};
  auto const model = explore::load_model(folder);
  if (!model) return complain(text(model.error()), exit_usage);
  auto const is_wanted = [&](explore::Row const& row) {
    return matches_glob(command.rows, row.name);
  };
  if (std::ranges::none_of(model->rows, is_wanted)) {
    return complain("no row of the model fits '" + command.rows + "'; see --model", exit_usage);
  }
  if (command.shows_model) {
    std::cout << model_table(*model, command.rows);
    return exit_clean;
  }
  return command.shows_exceptions ? list_exceptions(*model)
                                  : explore_subject(command, *model, tool);
}

void add_options(CLI::App& sub, ExploreCommand& command) {
  command.subject.add_to(sub);
  constexpr char const* search = "Search";
  auto* const against =
      sub.add_option("--against", command.against,
                     "Another subject of the same dialect: what the two do otherwise than each "
                     "other is found, and a violation may have any consequence")
          ->type_name("NAME|DIR|CMD")
          ->group(search);
  sub.add_option("--sequences", command.sequences, "How many conversations (1000)")
      ->type_name("N")
      ->group(search);
  sub.add_option("--seconds", command.seconds, "Begin none after so long")
      ->type_name("N")
      ->group(search);
  sub.add_option("--seed", command.seed, "The same seed makes the same conversations (1)")
      ->type_name("N")
      ->group(search);
  sub.add_option("--length", command.length, "Moves of a conversation, at most (12)")
      ->type_name("N")
      ->check(CLI::Range(1, 200))
      ->group(search);
  sub.add_option("--rows", command.rows, "Prefer rows of the model that fit this glob")
      ->type_name("GLOB")
      ->group(search);
  sub.add_option("--findings", command.findings_max, "Stop after so many causes (20)")
      ->type_name("N")
      ->group(search);
  sub.add_option("-j,--jobs", command.jobs, "Conversations at a time (default: thirty-two a core)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}))
      ->group(search);
  sub.add_option("--guard", command.guard_ms, "How long each wait takes at most (5000)")
      ->type_name("MS")
      ->check(CLI::Range(100, 60'000))
      ->group(search);
  auto* const fault =
      sub.add_option("--fault", command.fault, "Make the subject wrong: the id of a fault")
          ->type_name("ID")
          ->group(search);
  sub.add_option("--freedom", command.freedom, "Make it another right one: the id of a freedom")
      ->type_name("ID")
      ->excludes(fault)
      ->excludes(against)
      ->group(search);
  fault->excludes(against);
  sub.add_flag("--no-known", command.no_known, "Take no clause for known to be broken")
      ->group(search);
  constexpr char const* reports = "Reports";
  sub.add_flag("--model", command.shows_model, "Print the table: rows, clauses, right reactions")
      ->group(reports);
  sub.add_option("--model-files", command.model_files, "Read the model from here")
      ->type_name("DIR")
      ->group(search);
  sub.add_flag("--not-compared", command.shows_exceptions,
               "Tell what --against leaves out, and why")
      ->group(reports);
  sub.add_option("--output", command.output, "Write each finding there, as a case for replay")
      ->type_name("DIR")
      ->group(reports);
  sub.add_option("--json", command.json, "Write the outcome to this file")
      ->type_name("FILE")
      ->group(reports);
}

}  // namespace

void add_explore(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "explore", "Search for what no case asks: conversations made of a model of the protocol");
  auto const command = std::make_shared<ExploreCommand>();
  add_options(*sub, *command);
  sub->footer(
      "A conversation is made of rows of the model, legal and nearly legal. A reaction that no "
      "row\n"
      "allows is a finding: it is shrunk, shown once for its cause, and written as a case.\n"
      "Examples:\n"
      "  voxspec explore --subject rust --output found\n"
      "  voxspec explore --subject cpp-vox_0_4 --against rust --sequences 2000\n"
      "  voxspec explore --subject cpp --fault session.keepalive.other-nonce@acceptor --seconds "
      "60\n"
      "  voxspec explore --model --rows 'channel/*'\n"
      "Exit codes: 0 nothing new, 1 new findings, 3 the subject did not start, 4 not all run");
  sub->callback([command, &tool] { tool.exit_code = run_explore(*command, tool); });
}

}  // namespace voxspec
