#include "conformance/peer/dialect_word.hpp"
#include "conformance/trace/describe.hpp"
#include "conformance/trace/in_lines.hpp"
#include "tools/case_options.hpp"
#include "tools/dialect_option.hpp"
#include "tools/expand_all.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace {

struct ExpandCommand {
  CaseOptions cases;
  std::string folder;  // --all
  std::string dialect = "vox_0_4";
};

// Ids of the suite, or one file, whose cases are all meant.
std::expected<Suite, std::string> suite_of(ExpandCommand const& command, Selection const& selection,
                                           vox::Dialect dialect, Tool const& tool, bool& is_file) {
  auto const& words = command.cases.patterns;
  is_file = words.size() == 1 && std::filesystem::is_regular_file(words.front());
  if (is_file) return load_files({words.front()}, tool.traces(), dialect);
  return load_suite(tool.traces(), dialect, selection);
}

// One case stands alone, several in a list.
void print(std::vector<Case const*> const& cases) {
  Json document = Json::array();
  for (auto const* const trace : cases)
    document.push_back(expand_case(*trace));
  auto const& shown = document.size() == 1 ? document.front() : document;
  std::cout << in_lines(shown) << '\n';
}

int expand(ExpandCommand const& command, Tool const& tool) {
  if (command.cases.patterns.empty() && command.folder.empty()) {
    return complain("name a case or a file, or a folder for all cases with --all", exit_usage);
  }
  auto selection = command.cases.selection();
  if (!selection) return complain(selection.error(), exit_usage);
  auto const dialect = find_dialect(command.dialect).value();
  bool is_file = false;
  auto const suite = suite_of(command, *selection, dialect, tool, is_file);
  if (!suite) return complain(suite.error(), exit_usage);
  if (is_file) selection->patterns.clear();
  auto cases = select(*suite, *selection);
  for (auto const& error : suite->errors)
    complain(text(error), exit_unexpected);
  if (is_file && !suite->errors.empty()) return exit_unexpected;
  if (!cases) return complain(cases.error(), exit_usage);
  // A folder is in one dialect.
  if (!command.folder.empty()) {
    std::erase_if(*cases, [&](Case const* each) { return each->dialect != dialect; });
  }
  if (cases->empty()) return complain(nothing_selected(*suite, *selection), exit_usage);
  if (command.folder.empty()) {
    print(*cases);
  } else {
    auto const written =
        write_cases(command.folder, *cases, tool.layout.share / "expanded.schema.json", dialect);
    if (!written) return complain(written.error(), exit_usage);
    std::cout << cases->size() << (cases->size() == 1 ? " case" : " cases") << " in "
              << command.folder << '\n';
  }
  return suite->errors.empty() ? exit_clean : exit_unexpected;
}

}  // namespace

void add_expand(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "expand", "Write cases for whoever has no codec: frames as bytes, and as fields to expect");
  auto const command = std::make_shared<ExpandCommand>();
  command->cases.add_to(*sub);
  sub->add_option("--all", command->folder,
                  "Write each selected case as a file of its own below this folder, with an index")
      ->type_name("DIR");
  add_dialect(*sub, command->dialect, "Whose bytes: vox_0_4 (default) or vox_0_5");
  sub->footer(
      "In place of ids one file may be named. Without --all the cases are printed. "
      "docs/replaying.md\n"
      "says what they mean and how to play them.\n"
      "Examples:\n"
      "  voxspec expand traces/connection/open/accepted.json\n"
      "  voxspec expand 'keepalive/pong[0]'\n"
      "  voxspec expand --all cases\n"
      "  voxspec expand --all cases handshake prologue --exclude 'handshake/sorry*'");
  sub->callback([command, &tool] { tool.exit_code = expand(*command, tool); });
}

}  // namespace voxspec
