#include "conformance/runner/run_diff.hpp"
#include "tools/run_suite.hpp"
#include "tools/tool.hpp"

#include <expected>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace voxspec {
namespace {

struct DiffCommand {
  std::string before;
  std::string after;
  Slower slower;
};

// A file holds the result of a run; anything else is a subject, which is judged now.
std::expected<RunOutcome, Unjudged> outcome_from(std::string const& word, Tool const& tool) {
  std::error_code none;
  auto const is_result =
      std::filesystem::is_regular_file(word, none) && ::access(word.c_str(), X_OK) != 0;
  if (is_result) {
    auto loaded = load_run(word);
    if (!loaded) return std::unexpected(Unjudged{.why = loaded.error()});
    if (!loaded->complete) complain(word + ": of a run that did not end", exit_clean);
    return *std::move(loaded);
  }
  RunCommandOptions options;
  options.subject.subject = word;
  return judge_quietly(options, tool);
}

int diff(DiffCommand const& command, Tool const& tool) {
  auto const before = outcome_from(command.before, tool);
  if (!before) return complain(before.error().why, before.error().code);
  auto const after = outcome_from(command.after, tool);
  if (!after) return complain(after.error().why, after.error().code);
  auto const found = compare_runs(*before, *after, command.slower);
  std::cout << describe(found);
  return found.empty() ? exit_clean : exit_unexpected;
}

}  // namespace

void add_diff(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("diff",
                                       "Compare two runs, or two subjects: cases that are new, "
                                       "gone, changed or slower in the second");
  auto const command = std::make_shared<DiffCommand>();
  sub->add_option("A", command->before,
                  "A result file, as run --json writes it, or a subject (name, folder or command "
                  "line), which is judged now, without its known failures")
      ->required()
      ->type_name("FILE|SUBJECT");
  sub->add_option("B", command->after, "Another one")->required()->type_name("FILE|SUBJECT");
  sub->add_option(
         "--slower", command->slower.factor,
         "How many times as long, and at least a second longer, a case has to take to count "
         "as slower (default 10; 0: never)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  sub->footer(
      "Examples:\n"
      "  voxspec run --subject './my-port' --json today.json\n"
      "  voxspec diff yesterday.json today.json\n"
      "  voxspec diff cpp rust\n"
      "Exit codes: 0 no difference, 1 some, 2 neither result files nor subjects, 3 no start");
  sub->callback([command, &tool] { tool.exit_code = diff(*command, tool); });
}

}  // namespace voxspec
