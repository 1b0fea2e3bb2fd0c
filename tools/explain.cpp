#include "conformance/runner/glob.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/suite.hpp"
#include "conformance/trace/describe.hpp"
#include "tools/coverage.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace {

void explain_clause(vox::Clause clause, Coverage const& coverage, Suite const& suite) {
  auto const& entry = clause.entry();
  std::cout << entry.id << "\n  " << entry.obligation << "\n  " << weight_words(entry)
            << "; binds: " << binds_word(entry.binds)
            << "; observable: " << visible_word(entry.visible) << '\n';
  if (!entry.shipped.empty()) std::cout << "  0.4.0: " << entry.shipped << '\n';
  auto const& ledger = coverage.ledger();
  if (auto const at = ledger.readings.find(clause); at != ledger.readings.end()) {
    std::cout << "  how it is read: " << at->second << '\n';
  }
  switch (coverage.standing(clause)) {
    case Standing::judged:
      std::cout << "  who breaks it: " << verdict_word(entry) << "; judged by\n";
      for (auto const& trace : suite.cases) {
        if (std::ranges::find(trace.clauses, clause) != trace.clauses.end()) {
          std::cout << "    " << trace.id << '\n';
        }
      }
      return;
    case Standing::ledger:
      std::cout << "  judged by no case: " << *ledger.why_unseen(clause) << '\n';
      return;
    case Standing::open:
      std::cout << "  judged by no case yet\n";
      return;
    case Standing::unseen:
      std::cout << "  judged by no case: a peer cannot see it\n";
      return;
  }
}

void explain_rule(vox::Rule rule, Coverage const& coverage, Suite const& suite) {
  auto const& entry = rule.entry();
  std::cout << entry.id << "\n  " << entry.summary << "\n  chapter " << entry.chapter << '\n';
  for (std::size_t number = 1; number <= entry.clause_count; ++number) {
    std::cout << '\n';
    explain_clause(vox::Clause::of(rule, number), coverage, suite);
  }
}

int explain(std::vector<std::string> const& names, Tool const& tool) {
  auto const suite = load_suite(tool.traces());
  if (!suite) return complain(suite.error(), exit_usage);
  auto ledger = load_ledger(tool.layout.ledger());
  if (!ledger) return complain(ledger.error(), exit_unexpected);
  Coverage const coverage{select(*suite, {}).value(), *std::move(ledger)};
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
      explain_rule(*rule, coverage, *suite);
    }
    if (auto const clause = vox::Clause::find(name)) {
      separate();
      explain_clause(*clause, coverage, *suite);
    }
    for (auto const& trace : suite->cases) {
      if (!selects_case(name, trace.id)) continue;
      separate();
      std::cout << explain_case(trace);
    }
    if (!found) {
      return complain(
          "there is no case, rule or clause '" + name + "'; see voxspec list and voxspec rules",
          exit_usage);
    }
  }
  return exit_clean;
}

}  // namespace

void add_explain(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "explain", "Say in words what a case does, or which cases judge a rule or a clause");
  auto const names = std::make_shared<std::vector<std::string>>();
  sub->add_option("name", *names, "Ids of cases (or globs), rules and clauses")
      ->type_name("ID|RULE|CLAUSE")
      ->required();
  sub->footer(
      "Examples:\n"
      "  voxspec explain 'connection/open/*'\n"
      "  voxspec explain session.parity\n"
      "  voxspec explain session.handshake/3");
  sub->callback([names, &tool] { tool.exit_code = explain(*names, tool); });
}

}  // namespace voxspec
