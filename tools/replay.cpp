#include "conformance/runner/run_report.hpp"
#include "tools/run_suite.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace {

struct ReplayCommand {
  std::vector<std::string> files;
  RunCommandOptions run;
};

int replay(ReplayCommand const& command, Tool const& tool) {
  auto const suite = load_files({command.files.begin(), command.files.end()}, tool.traces());
  std::string again = "replay";
  for (auto const& file : command.files)
    again += " " + shell_word(file);
  return run_suite({.suite = suite, .selection = {}, .whole_suite = false, .command = again},
                   command.run, tool);
}

}  // namespace

void add_replay(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "replay", "Run the cases of single files: traces, or recordings of --keep");
  auto const command = std::make_shared<ReplayCommand>();
  sub->add_option("file", command->files, "Traces or recordings")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  command->run.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  voxspec replay my-case.json --subject rust\n"
      "  voxspec run --subject rust --keep records && \\\n"
      "    voxspec replay records/connection/open/accepted.json --subject './my-port'");
  sub->callback([command, &tool] { tool.exit_code = replay(*command, tool); });
}

}  // namespace voxspec
