#include "conformance/runner/comparison.hpp"
#include "conformance/runner/report_html.hpp"
#include "conformance/runner/run_diff.hpp"
#include "tools/report_files.hpp"
#include "tools/tool.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

struct ReportCommand {
  std::vector<std::string> files;
  std::string html;
  std::string json;
};

int show(ReportCommand const& command, std::vector<NamedReport> reports) {
  auto const comparison = comparison_json(named(std::move(reports)));
  std::cout << describe_comparison(comparison);
  bool written = true;
  if (!command.html.empty()) {
    written = write_or_complain(command.html, comparison_html(comparison));
  }
  if (!command.json.empty()) written = write_json_or_complain(command.json, comparison) && written;
  return written ? exit_clean : exit_not_run;
}

int report(ReportCommand const& command) {
  for (auto const& file : {command.html, command.json}) {
    if (auto const wrong = find_unwritable(file)) return complain(*wrong, exit_usage);
  }
  std::vector<NamedReport> reports;
  for (auto const& file : command.files) {
    auto loaded = load_report(file);
    if (!loaded) return complain(loaded.error(), exit_usage);
    if (!outcome_of(*loaded).complete) complain(file + ": of a run that did not end", exit_clean);
    reports.push_back({file, *std::move(loaded)});
  }
  try {
    return show(command, std::move(reports));
  } catch (Json::exception const&) {
    // The cases were as they should be, so it was something about the run.
    return complain("one of the files is no result of 'voxspec run --json'", exit_usage);
  }
}

}  // namespace

void add_report(CLI::App& app, Tool& tool) {
  auto* const sub =
      app.add_subcommand("report", "Show the results of runs side by side, a column each");
  auto const command = std::make_shared<ReportCommand>();
  sub->add_option("FILE", command->files, "Result files, as run --json writes them")
      ->required()
      ->type_name("FILE");
  sub->add_option("--html", command->html, "Write one page to read in a browser")
      ->type_name("FILE");
  sub->add_option("--json", command->json, "Write what the page shows, for programs")
      ->type_name("FILE");
  sub->footer(
      "Examples:\n"
      "  voxspec run --subject rust --json rust.json\n"
      "  voxspec report rust.json cpp.json my-port.json --html report.html\n"
      "Exit codes: 0 shown, 2 no result files, 4 something could not be written");
  sub->callback([command, &tool] { tool.exit_code = report(*command); });
}

}  // namespace voxspec
