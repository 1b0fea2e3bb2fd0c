#include "tools/case_options.hpp"
#include "tools/run_suite.hpp"

#include <memory>

namespace voxspec {
namespace {

struct RunCommand {
  CaseOptions cases;
  RunCommandOptions run;
  bool failed_last = false;
  bool dry = false;
};

int run(RunCommand const& command, Tool const& tool) {
  auto selection = command.cases.selection();
  if (!selection) return complain(selection.error(), exit_usage);
  auto const dialect = dialect_of(command.run.subject, tool.layout);
  // What failed last time may be anywhere.
  auto const suite = command.failed_last ? load_suite(tool.traces(), dialect)
                                         : load_suite(tool.traces(), dialect, *selection);
  if (!suite) return complain(suite.error(), exit_usage);
  return run_suite({.suite = *suite,
                    .selection = *std::move(selection),
                    .failed_last = command.failed_last,
                    .dry = command.dry},
                   command.run, tool);
}

}  // namespace

void add_run(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("run", "Run cases against a subject and judge it");
  auto const command = std::make_shared<RunCommand>();
  command->cases.add_to(*sub);
  command->run.add_to(*sub);
  sub->add_flag("--failed-last", command->failed_last,
                "Only cases that did not come out as expected last time");
  sub->add_flag("--dry-run", command->dry,
                "Say which cases would run, and why the others say nothing of the subject");
  sub->footer(
      "Examples:\n"
      "  voxspec run --subject rust\n"
      "  voxspec run --subject './my-port --quiet' 'connection/*' --html report.html\n"
      "  voxspec run --connect 127.0.0.1:4433 --rule session.parity -v\n"
      "  voxspec run --subject ./my-port --exclude 'stable/*' --dry-run\n"
      "  voxspec run --subject ./my-port --schedule 5\n"
      "  voxspec run --subject ./my-port --repeat 20 --until-fail -j 4 --seed 7\n"
      "  voxspec run --subject ./my-port --failed-last --guard 20000\n"
      "  voxspec run --subject ./my-port --json run.json --junit junit.xml --keep said\n"
      "  voxspec run --subject ./my-port --known begin.json\n"
      "  voxspec run --subject ./my-port --expectations known.json --shard 1/4\n"
      "  voxspec run --listen 127.0.0.1:4433 --wait keepalive/pong\n"
      "  voxspec run --subject ./my-port --debugger 'gdb --args' keepalive/pong");
  sub->callback([command, &tool] { tool.exit_code = run(*command, tool); });
}

}  // namespace voxspec
