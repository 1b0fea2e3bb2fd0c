#include "tools/explore.hpp"
#include "tools/tool.hpp"

#include <iostream>

int voxspec::complain(std::string const& what, int code) {
  std::cerr << "voxspec: " << what << '\n';
  return code;
}

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
    return complain(std::string{error.what()} + "; see voxspec --help", exit_usage);
  } catch (std::exception const& error) {
    return complain(error.what(), exit_not_run);
  }
}
