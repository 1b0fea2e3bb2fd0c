#include "conformance/runner/run_diff.hpp"
#include "tools/tool.hpp"

#include <iostream>
#include <memory>
#include <string>

namespace voxspec {
namespace {

struct DiffCommand {
  std::string before;
  std::string after;
  Slower slower;
};

int diff(DiffCommand const& command) {
  auto const before = load_run(command.before);
  if (!before) return complain(before.error(), exit_usage);
  auto const after = load_run(command.after);
  if (!after) return complain(after.error(), exit_usage);
  for (auto const& [run, file] :
       {std::pair{&*before, &command.before}, {&*after, &command.after}}) {
    if (!run->complete) complain(*file + ": of a run that did not end", exit_clean);
  }
  auto const found = compare_runs(*before, *after, command.slower);
  std::cout << describe(found);
  return found.empty() ? exit_clean : exit_unexpected;
}

}  // namespace

void add_diff(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "diff", "Compare two runs: cases that are new, gone, changed or slower in the second");
  auto const command = std::make_shared<DiffCommand>();
  sub->add_option("A", command->before, "A result file, as run --json writes it")
      ->required()
      ->type_name("FILE");
  sub->add_option("B", command->after, "Another one")->required()->type_name("FILE");
  sub->add_option(
         "--slower", command->slower.factor,
         "How many times as long, and at least a second longer, a case has to take to count "
         "as slower (default 10; 0: never)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  sub->footer(
      "Example:\n"
      "  voxspec run --subject './my-port' --json today.json\n"
      "  voxspec diff yesterday.json today.json\n"
      "Exit codes: 0 no difference, 1 some, 2 not two result files");
  sub->callback([command, &tool] { tool.exit_code = diff(*command); });
}

}  // namespace voxspec
