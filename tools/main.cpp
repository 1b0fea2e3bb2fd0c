#include "conformance/peer/fault.hpp"
#include "tools/explore.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

int voxspec::complain(std::string const& what, int code) {
  std::cerr << "voxspec: " << what << '\n';
  return code;
}

namespace voxspec {
namespace {

// The names of the options or commands among which a word was meant.
template <class Named>
std::string nearest_of(std::string const& word, std::vector<Named> const& known) {
  std::vector<std::string> names;
  for (auto const& each : known)
    names.push_back(each->get_name());
  std::vector<std::string_view> const views{names.begin(), names.end()};
  return nearest_hint(word, views);
}

// What is wrong with the words of a command line, with the name that was probably meant.
std::string in_words(CLI::ParseError const& error, CLI::App const& app,
                     std::vector<std::string> const& words) {
  auto const commands = app.get_subcommands();
  if (commands.empty()) {
    auto const word =
        std::ranges::find_if(words, [](auto const& each) { return !each.starts_with('-'); });
    if (word == words.end()) return std::string{error.what()} + "; see voxspec --help";
    return "there is no command '" + *word + "'" +
           nearest_of(*word, app.get_subcommands([](auto const*) { return true; })) +
           "; see voxspec --help";
  }
  auto const& command = *commands.front();
  std::string hint;
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    for (auto const& word : words) {
      auto const name = word.substr(0, word.find('='));
      if (!name.starts_with("--") || command.get_option_no_throw(name) != nullptr) continue;
      hint = nearest_of(name, command.get_options([](auto const*) { return true; }));
      break;
    }
  }
  return error.what() + hint + "; see voxspec " + command.get_name() + " --help";
}

}  // namespace
}  // namespace voxspec

int main(int argc, char** argv) {
  using namespace voxspec;
  Tool tool;
  CLI::App app{"Judges implementations of the vox RPC protocol, clause by clause."};
  app.name("voxspec");
  app.set_version_flag("--version", "voxspec " VOXSPEC_VERSION);
  app.require_subcommand(1);
  app.add_option("--traces", tool.traces_folder,
                 "Folder of cases to use instead of the built-in one")
      ->type_name("DIR");
  app.fallthrough();
  app.footer(
      "Example:\n"
      "  voxspec run --subject rust 'connection/*'\n"
      "Each command says more: voxspec run --help\n"
      "Exit codes: 0 clean, 1 unexpected result, 2 wrong usage or nothing selected,\n"
      "            3 the subject did not start, 4 some cases could not be run, 130 stopped");
  for (auto const add :
       {add_run, add_list, add_explain, add_rules, add_cover, add_replay, add_expand, add_decode,
        add_schema, add_diff, add_report, add_interop, add_selftest, add_record, add_promote,
        add_explore, add_completions, add_manual}) {
    add(app, tool);
  }
  try {
    app.parse(argc, argv);
    return tool.exit_code;
  } catch (CLI::ParseError const& error) {
    // --help and --version come this way too.
    if (error.get_exit_code() == 0) return app.exit(error);
    return complain(in_words(error, app, {argv + 1, argv + argc}), exit_usage);
  } catch (std::exception const& error) {
    return complain(error.what(), exit_not_run);
  }
}
