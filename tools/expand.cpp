#include "conformance/peer/dialect_word.hpp"
#include "conformance/runner/suite.hpp"
#include "conformance/trace/describe.hpp"
#include "tools/tool.hpp"

#include <iostream>
#include <memory>
#include <string>

namespace voxspec {
namespace {

int expand(std::string const& file, std::string const& dialect, Tool const& tool) {
  auto const word = find_dialect(dialect);
  if (!word) return complain("--dialect: " + unknown_dialect(dialect), exit_usage);
  auto const suite = load_files({file}, tool.traces(), *word);
  for (auto const& error : suite.errors)
    return complain(text(error), exit_unexpected);
  Json document = Json::array();
  for (auto const& trace : suite.cases) {
    auto expanded = expand_case(trace);
    // One case stands alone, several in a list, each under its id.
    if (suite.cases.size() == 1) {
      document = std::move(expanded);
      break;
    }
    document.push_back({{"id", trace.id}, {"case", std::move(expanded)}});
  }
  std::cout << document.dump(2) << '\n';
  return exit_clean;
}

}  // namespace

void add_expand(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "expand", "Print a trace with everything resolved and each frame to send as hex");
  auto const file = std::make_shared<std::string>();
  auto const dialect = std::make_shared<std::string>("vox_0_4");
  sub->add_option("file", *file, "A trace")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  sub->add_option("--dialect", *dialect, "The bytes to write: vox_0_4 (default) or vox_0_5")
      ->type_name("DIALECT");
  sub->footer(
      "Drive the cases from a test of your own, without a codec. A file with several cases\n"
      "gives a list of {\"id\", \"case\"}.\n"
      "Example:\n"
      "  voxspec expand traces/connection/open/accepted.json");
  sub->callback([file, dialect, &tool] { tool.exit_code = expand(*file, *dialect, tool); });
}

}  // namespace voxspec
