#pragma once
#include "conformance/runner/subject.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

namespace voxspec {

// What a command ends with. Scripts rely on the numbers.
enum ExitCode : int {
  exit_clean = 0,
  exit_unexpected = 1,   // a verdict that was not expected, or a file that is not what it should be
  exit_usage = 2,        // the command line is wrong, or nothing was selected
  exit_not_started = 3,  // the subject did not start
  exit_not_run = 4,      // some cases could not be run, or something could not be written
  exit_stopped = 130,    // a signal stopped it
};

// What all commands share: where the data is, and what the chosen one ended with.
struct Tool {
  Layout layout = Layout::of_this_program();
  std::string traces_folder;  // --traces; empty for that of the layout
  int exit_code = exit_clean;

  [[nodiscard]] std::filesystem::path traces() const {
    return traces_folder.empty() ? layout.traces() : std::filesystem::path{traces_folder};
  }
};

// Each adds its command to the app; the tool outlives the app's parsing.
void add_run(CLI::App& app, Tool& tool);
void add_list(CLI::App& app, Tool& tool);
void add_explain(CLI::App& app, Tool& tool);
void add_rules(CLI::App& app, Tool& tool);
void add_cover(CLI::App& app, Tool& tool);
void add_replay(CLI::App& app, Tool& tool);
void add_expand(CLI::App& app, Tool& tool);
void add_decode(CLI::App& app, Tool& tool);
void add_schema(CLI::App& app, Tool& tool);
void add_diff(CLI::App& app, Tool& tool);
void add_interop(CLI::App& app, Tool& tool);
void add_report(CLI::App& app, Tool& tool);
void add_selftest(CLI::App& app, Tool& tool);
void add_record(CLI::App& app, Tool& tool);
void add_promote(CLI::App& app, Tool& tool);
void add_completions(CLI::App& app, Tool& tool);
void add_manual(CLI::App& app, Tool& tool);

// An option that may be given several times, with one value each, so that it never takes a case's
// id for one more.
inline CLI::Option* repeatable(CLI::Option* option) {
  return option->expected(1)->take_all()->allow_extra_args(false);
}

// "voxspec: <what>" on standard error; returns the code.
int complain(std::string const& what, int code);

}  // namespace voxspec
