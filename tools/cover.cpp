#include "conformance/peer/json.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/suite.hpp"
#include "tools/ledger.hpp"
#include "tools/tool.hpp"

#include <cstdint>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace voxspec {
namespace {

// Where a rule stands.
enum class Standing : std::uint8_t {
  judged,     // by at least one case
  invisible,  // no peer can see it: an API or a text
  ledger,     // a peer might, and the ledger says why no case does
  open,       // a peer can, and nobody has written a case
};

struct CoverCommand {
  bool open = false;
  bool ledger = false;
  bool json = false;
  bool strict = false;
};

struct Coverage {
  std::map<vox::Rule, std::size_t> cases;  // of each rule
  Ledger ledger;

  [[nodiscard]] std::size_t cases_of(vox::Rule rule) const {
    auto const at = cases.find(rule);
    return at == cases.end() ? 0 : at->second;
  }
  [[nodiscard]] Standing standing(vox::Rule rule) const {
    if (cases.contains(rule)) return Standing::judged;
    if (ledger.contains(rule)) return Standing::ledger;
    return rule.entry().observable == vox::Observable::wire ? Standing::open : Standing::invisible;
  }
};

struct Counts {
  std::size_t rules = 0;
  std::map<Standing, std::size_t> by_standing;

  void add(Standing standing) {
    ++rules;
    ++by_standing[standing];
  }
};

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::judged:
      return "judged";
    case Standing::invisible:
      return "invisible";
    case Standing::ledger:
      return "ledger";
    case Standing::open:
      return "open";
  }
  return "open";
}

void print_row(std::string_view chapter, Counts counts) {
  std::cout << std::left << std::setw(12) << chapter << std::right << std::setw(7) << counts.rules;
  using enum Standing;
  for (auto const standing : {judged, invisible, ledger, open}) {
    std::cout << std::setw(11) << counts.by_standing[standing];
  }
  std::cout << '\n';
}

void print_table(Coverage const& coverage) {
  std::map<std::string_view, Counts> chapters;
  Counts all;
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    auto const rule = vox::Rule::at(row);
    auto const standing = coverage.standing(rule);
    chapters[rule.entry().chapter].add(standing);
    all.add(standing);
  }
  std::cout << "chapter       rules     judged  invisible     ledger       open\n";
  for (auto const& [chapter, counts] : chapters)
    print_row(chapter, counts);
  print_row("all", all);
  std::cout << "\njudged: a case judges it. invisible: no peer can see it (an API, or a text).\n"
               "ledger: a peer might see it, and the ledger says why no case does.\n"
               "open: a peer can see it, and no case judges it yet.\n";
}

void print_rules(Coverage const& coverage, Standing wanted) {
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    auto const rule = vox::Rule::at(row);
    if (coverage.standing(rule) != wanted) continue;
    std::cout << rule.id() << "  (" << level_word(rule.entry().level) << ")\n    "
              << rule.entry().summary << '\n';
    if (wanted == Standing::ledger) std::cout << "    " << coverage.ledger.at(rule) << '\n';
  }
}

void print_json(Coverage const& coverage) {
  Json rules = Json::array();
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    auto const rule = vox::Rule::at(row);
    auto const& entry = rule.entry();
    auto const standing = coverage.standing(rule);
    Json each{{"rule", entry.id},
              {"chapter", entry.chapter},
              {"level", level_word(entry.level)},
              {"observable", observable_word(entry.observable)},
              {"standing", name_of(standing)},
              {"cases", coverage.cases_of(rule)}};
    if (standing == Standing::ledger) each["reason"] = coverage.ledger.at(rule);
    rules.push_back(std::move(each));
  }
  std::cout << Json{{"rules", std::move(rules)}}.dump(1) << '\n';
}

int cover(CoverCommand const& command, Tool const& tool) {
  auto const suite = load_suite(tool.traces());
  if (!suite) return complain(suite.error(), exit_usage);
  auto ledger = load_ledger(tool.layout.ledger());
  if (!ledger) return complain(ledger.error(), exit_unexpected);
  Coverage coverage;
  coverage.ledger = *std::move(ledger);
  for (auto const& trace : suite->cases) {
    for (auto const rule : trace.rules)
      ++coverage.cases[rule];
  }
  if (command.json) {
    print_json(coverage);
  } else if (command.open || command.ledger) {
    print_rules(coverage, command.open ? Standing::open : Standing::ledger);
  } else {
    print_table(coverage);
  }
  for (auto const& error : suite->errors)
    complain(text(error), exit_not_run);
  if (!suite->errors.empty()) return exit_not_run;
  if (!command.strict) return exit_clean;
  int code = exit_clean;
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    auto const rule = vox::Rule::at(row);
    std::string const id{rule.id()};
    if (coverage.standing(rule) == Standing::open) {
      code = complain(id + " is open", exit_unexpected);
    } else if (coverage.cases.contains(rule) && coverage.ledger.contains(rule)) {
      code = complain(id + " is in the ledger although a case judges it", exit_unexpected);
    }
  }
  return code;
}

}  // namespace

void add_cover(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("cover", "Say which rules the cases judge and which not");
  auto const command = std::make_shared<CoverCommand>();
  auto* const open = sub->add_flag("--open", command->open, "List the rules nobody judges yet");
  auto* const ledger = sub->add_flag("--ledger", command->ledger,
                                     "List the rules that no case can judge, with the reasons");
  auto* const json = sub->add_flag("--json", command->json, "Print every rule as JSON");
  open->excludes(ledger)->excludes(json);
  ledger->excludes(json);
  sub->add_flag("--strict", command->strict,
                "End with 1 if a rule is open, or judged although the ledger says it cannot be");
  sub->footer(
      "Examples:\n"
      "  voxspec cover\n"
      "  voxspec cover --open\n"
      "  voxspec cover --ledger");
  sub->callback([command, &tool] { tool.exit_code = cover(*command, tool); });
}

}  // namespace voxspec
