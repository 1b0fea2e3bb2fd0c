#include "conformance/runner/run_report.hpp"
#include "tools/recorded.hpp"
#include "tools/run_suite.hpp"

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

struct ReplayCommand {
  std::vector<std::string> files;
  std::string as;
  std::string scenario;
  RunCommandOptions run;
};

// One side of a recording as a case. The error is a line.
std::expected<Case, std::string> play(std::string const& file, ReplayCommand const& command) {
  auto const in_file = [&](std::string const& what) { return std::unexpected(file + ": " + what); };
  auto const document = read_document(file);
  if (!document) return in_file(document.error());
  auto const ours = command.as == "initiator" ? vox::Role::initiator : vox::Role::acceptor;
  auto script = side_of(*document, ours);
  if (!script) return in_file(script.error());
  if (ours == vox::Role::acceptor) {
    if (auto played = play_scenario(*script, command.scenario); !played) {
      return in_file(played.error());
    }
  }
  auto& trace = script->trace;
  trace.id = std::filesystem::path{file}.stem().string() + "@" + command.as;
  trace.file = file;
  return std::move(trace);
}

int replay(ReplayCommand const& command, Tool const& tool) {
  Suite suite;
  if (command.as.empty()) {
    suite = load_files({command.files.begin(), command.files.end()}, tool.traces(),
                       dialect_of(command.run.subject, tool.layout));
  } else {
    for (auto const& file : command.files) {
      auto trace = play(file, command);
      if (!trace) return complain(trace.error(), exit_usage);
      suite.cases.push_back(*std::move(trace));
    }
  }
  std::string again = "replay";
  for (auto const& file : command.files)
    again += " " + shell_word(file);
  if (!command.as.empty()) again += " --as " + command.as;
  if (!command.scenario.empty()) again += " --scenario " + shell_word(command.scenario);
  return run_suite({.suite = suite, .selection = {}, .whole_suite = false, .command = again},
                   command.run, tool);
}

}  // namespace

void add_replay(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "replay", "Run the cases of single files: traces, or recordings of --keep and of record");
  auto const command = std::make_shared<ReplayCommand>();
  sub->add_option("file", command->files, "Traces or recordings")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  auto* const as = sub->add_option("--as", command->as,
                                   "Play this side of a recording: what it said is sent, and what "
                                   "the other one said is expected")
                       ->check(CLI::IsMember({"initiator", "acceptor"}));
  sub->add_option("--scenario", command->scenario,
                  "With --as acceptor: the scenario that the subject plays as a client")
      ->type_name("NAME")
      ->needs(as);
  command->run.add_to(*sub);
  sub->footer(
      "With --as, ids, keys and nonces are the subject's own, and it is free in what the protocol\n"
      "leaves open: the order of answers, portions of credit, schemas ahead, pings.\n"
      "Examples:\n"
      "  voxspec replay my-case.json --subject rust\n"
      "  voxspec run --subject rust --keep records && \\\n"
      "    voxspec replay records/connection/open/accepted.json --subject './my-port'\n"
      "  voxspec replay echo.json --as initiator --subject './my-port'\n"
      "  voxspec replay echo.json --as acceptor --scenario echo --subject './my-port'");
  sub->callback([command, &tool] { tool.exit_code = replay(*command, tool); });
}

}  // namespace voxspec
