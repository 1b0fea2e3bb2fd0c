#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/suite.hpp"
#include "tools/run_options.hpp"
#include "tools/tool.hpp"

#include <expected>
#include <string>

namespace voxspec {

// What to run, and whether it is the whole suite that expectations are checked against.
struct Assignment {
  Suite const& suite;
  Selection selection;
  bool failed_last = false;
  bool dry = false;  // only say what would run
  bool whole_suite = true;
  std::string command = "run";  // for the lines that run a case again
};

// Runs cases against the subject of the options, shows what comes of it and writes the reports that
// were asked for. Returns the exit code of the command.
int run_suite(Assignment assignment, RunCommandOptions const& options, Tool const& tool);

// Judges the subject of the options by the whole suite, shows only how far it is, and gives the
// report in JSON. The error is one line, with the exit code of a command that stops there.
struct Unjudged {
  std::string why;
  ExitCode code = exit_usage;
};
[[nodiscard]] std::expected<Json, Unjudged> judge_quietly(RunCommandOptions const& options,
                                                          Tool const& tool);

}  // namespace voxspec
