#include "conformance/runner/glob.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/suite.hpp"
#include "conformance/trace/describe.hpp"
#include "tools/ledger.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace {

void explain_rule(vox::Rule rule, Suite const& suite, Tool const& tool) {
  auto const& entry = rule.entry();
  std::cout << entry.id << "\n  " << entry.summary << "\n  chapter " << entry.chapter << ", "
            << level_word(entry.level) << ", observable: " << observable_word(entry.observable)
            << ", binds: " << binds_word(entry.binds) << '\n';
  bool judged = false;
  for (auto const& trace : suite.cases) {
    if (std::ranges::find(trace.rules, rule) == trace.rules.end()) continue;
    if (!judged) std::cout << "  judged by\n";
    judged = true;
    std::cout << "    " << trace.id << '\n';
  }
  if (judged) return;
  auto const ledger = load_ledger(tool.layout.ledger());
  if (ledger && ledger->contains(rule)) {
    std::cout << "  judged by no case: " << ledger->at(rule) << '\n';
  } else {
    std::cout << "  judged by no case"
              << (entry.observable == vox::Observable::wire ? "" : ": a peer cannot see it")
              << '\n';
  }
}

int explain(std::vector<std::string> const& names, Tool const& tool) {
  auto const suite = load_suite(tool.traces());
  if (!suite) return complain(suite.error(), exit_usage);
  bool first = true;
  for (auto const& name : names) {
    bool found = false;
    auto const separate = [&] {
      if (!first) std::cout << '\n';
      first = false;
      found = true;
    };
    if (auto const rule = vox::Rule::find(name)) {
      separate();
      explain_rule(*rule, *suite, tool);
    }
    for (auto const& trace : suite->cases) {
      if (!selects_case(name, trace.id)) continue;
      separate();
      std::cout << explain_case(trace);
    }
    if (!found) {
      return complain(
          "there is no case and no rule '" + name + "'; see voxspec list and voxspec rules",
          exit_usage);
    }
  }
  return exit_clean;
}

}  // namespace

void add_explain(CLI::App& app, Tool& tool) {
  auto* const sub =
      app.add_subcommand("explain", "Say in words what a case does, or which cases judge a rule");
  auto const names = std::make_shared<std::vector<std::string>>();
  sub->add_option("name", *names, "Ids of cases (or globs) and of rules")
      ->type_name("ID|RULE")
      ->required();
  sub->footer(
      "Examples:\n"
      "  voxspec explain 'connection/open/*'\n"
      "  voxspec explain session.parity");
  sub->callback([names, &tool] { tool.exit_code = explain(*names, tool); });
}

}  // namespace voxspec
