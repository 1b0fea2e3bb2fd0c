#include "conformance/runner/comparison.hpp"
#include "conformance/runner/report_html.hpp"
#include "conformance/runner/run_diff.hpp"
#include "tools/report_files.hpp"
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
#include <vector>

namespace voxspec {
namespace {

struct DiffCommand {
  std::string before;
  std::string after;
  Slower slower;
  std::string html;
};

// A file holds the result of a run; anything else is a subject, which is judged now.
std::expected<Json, Unjudged> report_from(std::string const& word, Tool const& tool) {
  std::error_code none;
  auto const is_result =
      std::filesystem::is_regular_file(word, none) && ::access(word.c_str(), X_OK) != 0;
  if (is_result) {
    auto loaded = load_report(word);
    if (!loaded) return std::unexpected(Unjudged{.why = loaded.error()});
    if (!outcome_of(*loaded).complete) {
      complain(word + ": of a run that did not end", exit_clean);
    }
    return *std::move(loaded);
  }
  if (word.ends_with(".json") && !std::filesystem::exists(word, none)) {
    return std::unexpected(Unjudged{.why = word + ": there is no such file"});
  }
  RunCommandOptions options;
  options.subject.subject = word;
  return judge_quietly(options, tool);
}

int diff(DiffCommand const& command, Tool const& tool) {
  if (auto const wrong = find_unwritable(command.html)) return complain(*wrong, exit_usage);
  auto before = report_from(command.before, tool);
  if (!before) return complain(before.error().why, before.error().code);
  auto after = report_from(command.after, tool);
  if (!after) return complain(after.error().why, after.error().code);
  auto const found = compare_runs(outcome_of(*before), outcome_of(*after), command.slower);
  std::cout << describe(found);
  int const code = found.empty() ? exit_clean : exit_unexpected;
  if (command.html.empty()) return code;
  auto reports = named({{command.before, *std::move(before)}, {command.after, *std::move(after)}});
  auto const page = comparison_html(comparison_json(std::move(reports), &found));
  return write_or_complain(command.html, page) ? code : exit_not_run;
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
  sub->add_option("--html", command->html,
                  "Write one page to read in a browser, with both results side by side")
      ->type_name("FILE");
  sub->footer(
      "Examples:\n"
      "  voxspec run --subject './my-port' --json today.json\n"
      "  voxspec diff yesterday.json today.json --html diff.html\n"
      "  voxspec diff cpp rust\n"
      "Exit codes: 0 no difference, 1 some, 2 neither result files nor subjects, 3 no start,\n"
      "            4 the page could not be written");
  sub->callback([command, &tool] { tool.exit_code = diff(*command, tool); });
}

}  // namespace voxspec
