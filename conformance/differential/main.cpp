#include "conformance/differential/generator.hpp"
#include "conformance/differential/loose_ends.hpp"
#include "conformance/differential/tournament.hpp"
#include "conformance/runner/subject.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace voxspec::differential {
namespace {

constexpr int exit_found = 1;
constexpr int exit_usage = 2;
constexpr int exit_no_subject = 77;  // what ctest takes for skipped

struct CommandLine {
  TournamentOptions options;
  std::string subject = "rust";
  std::string role = "any";
  std::string folder;
  bool lists = false;
  bool shows = false;
};

void add_options(CLI::App& app, CommandLine& line) {
  app.add_option("--sequences", line.options.sequences, "How many scripts to play")
      ->capture_default_str();
  app.add_option("--seed", line.options.first_seed, "The seed of the first; the others follow on")
      ->capture_default_str();
  app.add_flag_callback(
      "--no-flaws", [&line] { line.options.flaws = Flaws::absent; },
      "Expect a subject of rulebook 0.4.0 without the flaws of the Rust crates");
  app.add_option("--role", line.role, "What the subject plays")
      ->check(CLI::IsMember({"any", "acceptor", "initiator"}))
      ->capture_default_str();
  app.add_option("-j,--jobs", line.options.jobs, "Scripts at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--findings", line.options.findings_max, "Stop after so many differences")
      ->capture_default_str();
  app.add_option("--subject", line.subject,
                 "A subject by name, by folder or by command line; it has to follow rulebook 0.4.0")
      ->capture_default_str();
  app.add_option("--out", line.folder, "Where to write the traces of findings")->type_name("DIR");
  app.add_flag("--show", line.shows, "Print every conversation");
  app.add_flag("--not-compared", line.lists, "Tell what is left out, and what is not compared");
}

void list_exceptions() {
  std::cout << "Scripts never hold:\n";
  for (auto const& [what, reason] : left_out())
    std::cout << "  " << what << ": " << reason << '\n';
  std::cout << "An answer is not compared where\n";
  for (auto const& [race, reason] : race_reasons)
    std::cout << "  " << reason << '\n';
}

void write_trace(Finding const& finding, std::filesystem::path const& folder) {
  std::filesystem::create_directories(folder);
  auto const file = folder / ("seed-" + std::to_string(finding.script.seed) + ".json");
  std::ofstream{file} << trace_of(finding).dump(2) << '\n';
  std::cout << "trace: " << file.string() << '\n';
}

int run_command(CommandLine& line) {
  if (line.lists) {
    list_exceptions();
    return 0;
  }
  auto& options = line.options;
  auto const subject = find_subject(line.subject, Layout::of_this_program());
  if (!subject) {
    std::cerr << "voxspec-differential: " << subject.error() << '\n';
    return exit_usage;
  }
  options.command = subject->command;
  if (!std::filesystem::exists(options.command.front())) {
    std::cout << "skipped: the subject is not built: no " << options.command.front() << '\n';
    return exit_no_subject;
  }
  if (line.role == "acceptor") options.role = vox::Role::acceptor;
  if (line.role == "initiator") options.role = vox::Role::initiator;
  options.on_finding = [&](Finding const& finding) {
    std::cout << report(finding);
    if (!line.folder.empty()) write_trace(finding, line.folder);
    std::cout << '\n' << std::flush;
  };
  if (line.shows) {
    options.on_played = [](Script const& script, Conversation const& conversation) {
      std::cout << describe(script, conversation) << '\n' << std::flush;
    };
  }
  auto const result = run(options);
  if (!result) {
    std::cerr << "voxspec-differential: " << result.error() << '\n';
    return exit_usage;
  }
  for (auto const& finding : result->unrepeated)
    std::cout << "A difference that did not come again:\n" << report(finding) << '\n';
  std::cout << result->played << " sequences of " << result->payloads << " messages from seed "
            << options.first_seed << ": " << result->findings << " differences, and "
            << result->unrepeated.size() << " that did not come again\n";
  return result->findings == 0 ? 0 : exit_found;
}

}  // namespace
}  // namespace voxspec::differential

int main(int argc, char** argv) {
  using namespace voxspec::differential;
  CLI::App app{"Plays the same scripts to the Rust subject and to our session, and compares"};
  CommandLine line;
  add_options(app, line);
  try {
    app.parse(argc, argv);
    return run_command(line);
  } catch (CLI::ParseError const& error) {
    auto const code = app.exit(error);
    return code == 0 ? 0 : exit_usage;
  } catch (std::exception const& error) {
    std::cerr << "voxspec-differential: " << error.what() << '\n';
    return exit_usage;
  }
}
