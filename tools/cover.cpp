#include "conformance/peer/json.hpp"
#include "conformance/runner/rule_words.hpp"
#include "conformance/runner/suite.hpp"
#include "tools/case_options.hpp"
#include "tools/coverage.hpp"
#include "tools/tool.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {
namespace {

struct CoverCommand {
  CaseOptions cases;
  std::vector<std::string> chapters;
  bool open = false;
  bool ledger = false;
  bool unproved = false;
  bool json = false;
  bool strict = false;
  std::vector<std::string> proofs;
};

struct Counts {
  std::size_t clauses = 0;
  std::size_t proved = 0;
  std::size_t unproved = 0;  // with a reason in the ledger
  std::map<Standing, std::size_t> by_standing;
  std::map<std::string, std::size_t> by_verdict;  // of those that are judged

  void add(Coverage const& coverage, vox::Clause clause) {
    auto const standing = coverage.standing(clause);
    ++clauses;
    ++by_standing[standing];
    if (standing != Standing::judged) return;
    ++by_verdict[verdict_word(clause.entry())];
    if (coverage.is_proved(clause)) ++proved;
    if (coverage.ledger().unproved.contains(clause)) ++unproved;
  }
};

std::string name_of(Standing standing) {
  return boost::describe::enum_to_string(standing, "?");
}

std::vector<vox::Clause> selected(CoverCommand const& command) {
  auto all = all_clauses();
  if (command.chapters.empty()) return all;
  std::erase_if(all, [&](vox::Clause clause) {
    return std::ranges::find(command.chapters, clause.rule().entry().chapter) ==
           command.chapters.end();
  });
  return all;
}

void print_row(std::string_view chapter, Counts counts) {
  std::cout << std::left << std::setw(12) << chapter << std::right << std::setw(9)
            << counts.clauses;
  std::cout << std::setw(9) << counts.by_standing[Standing::judged];
  for (auto const* const verdict : {"fail", "non-strict", "differs"})
    std::cout << std::setw(12) << counts.by_verdict[verdict];
  std::cout << std::setw(9) << counts.proved;
  for (auto const standing : {Standing::ledger, Standing::open, Standing::unseen})
    std::cout << std::setw(9) << counts.by_standing[standing];
  std::cout << '\n';
}

void print_table(Coverage const& coverage, std::vector<vox::Clause> const& clauses) {
  std::map<std::string_view, Counts> chapters;
  Counts all;
  for (auto const clause : clauses) {
    chapters[clause.rule().entry().chapter].add(coverage, clause);
    all.add(coverage, clause);
  }
  std::cout
      << "chapter       clauses   judged        fail  non-strict     differs   proved   ledger"
         "     open   unseen\n";
  for (auto const& [chapter, counts] : chapters)
    print_row(chapter, counts);
  print_row("all", all);
  std::cout << "\njudged: a case judges it, and a subject that breaks it comes out as one of the "
               "next three.\n"
               "proved: a fault that breaks it was seen to fail such a case; for "
            << all.unproved
            << " clauses the ledger says why none can be.\n"
               "ledger: a peer might see it, and the ledger says why no case does.\n"
               "open: a peer can see it, and no case judges it yet.\n"
               "unseen: no peer can see it (an API, or an explanation).\n";
}

void print_clause(vox::Clause clause) {
  std::cout << clause.id() << "  (" << level_word(clause.entry().level) << ")\n    "
            << clause.entry().obligation << '\n';
}

void print_clauses(Coverage const& coverage, std::vector<vox::Clause> const& clauses,
                   Standing wanted) {
  for (auto const clause : clauses) {
    if (coverage.standing(clause) != wanted) continue;
    print_clause(clause);
    if (wanted == Standing::ledger) {
      std::cout << "    " << *coverage.ledger().why_unseen(clause) << '\n';
    }
  }
}

// Judged clauses without a proof: those with a reason, and with a run of faults at hand the others.
void print_unproved(Coverage const& coverage, std::vector<vox::Clause> const& clauses,
                    bool has_proofs) {
  for (auto const clause : clauses) {
    if (coverage.standing(clause) != Standing::judged || coverage.is_proved(clause)) continue;
    auto const reason = coverage.ledger().unproved.find(clause);
    bool const has_reason = reason != coverage.ledger().unproved.end();
    if (!has_reason && !has_proofs) continue;
    print_clause(clause);
    std::cout << "    " << (has_reason ? reason->second : "No fault was seen to prove it.") << '\n';
  }
}

void print_json(Coverage const& coverage, std::vector<vox::Clause> const& clauses) {
  Json list = Json::array();
  for (auto const clause : clauses) {
    auto const& entry = clause.entry();
    auto const standing = coverage.standing(clause);
    Json each{{"clause", entry.id},
              {"rule", clause.rule().id()},
              {"chapter", clause.rule().entry().chapter},
              {"level", level_word(entry.level)},
              {"observable", visible_word(entry.visible)},
              {"authority", authority_word(entry.authority)},
              {"obligation", entry.obligation},
              {"standing", name_of(standing)},
              {"proved", coverage.is_proved(clause)},
              {"cases", coverage.cases_of(clause)}};
    if (standing == Standing::ledger) each["reason"] = *coverage.ledger().why_unseen(clause);
    auto const& readings = coverage.ledger().readings;
    if (auto const at = readings.find(clause); at != readings.end()) each["reading"] = at->second;
    auto const& unproved = coverage.ledger().unproved;
    if (auto const at = unproved.find(clause); at != unproved.end()) each["unproved"] = at->second;
    list.push_back(std::move(each));
  }
  std::cout << Json{{"clauses", std::move(list)}}.dump(1) << '\n';
}

int judge_strictly(Coverage const& coverage, std::vector<vox::Clause> const& clauses) {
  int code = exit_clean;
  for (auto const clause : clauses) {
    std::string const id{clause.id()};
    if (coverage.standing(clause) == Standing::open) {
      code = complain(id + " is open", exit_unexpected);
    } else if (coverage.contradicts_ledger(clause)) {
      code = complain(id + " is in the ledger although a case judges it", exit_unexpected);
    } else if (auto const* const wrong = coverage.wrong_with_unproved(clause)) {
      code = complain(id + ' ' + wrong, exit_unexpected);
    }
  }
  return code;
}

int cover(CoverCommand const& command, Tool const& tool) {
  auto const selection = command.cases.selection();
  if (!selection) return complain(selection.error(), exit_usage);
  auto const suite = load_suite(tool.traces());
  if (!suite) return complain(suite.error(), exit_usage);
  auto const cases = select(*suite, *selection);
  if (!cases) return complain(cases.error(), exit_usage);
  auto ledger = load_ledger(tool.layout.ledger());
  if (!ledger) return complain(ledger.error(), exit_unexpected);
  Coverage coverage{*cases, *std::move(ledger)};
  for (auto const& file : command.proofs) {
    if (auto const added = coverage.add_proofs(file); !added) {
      return complain(added.error(), exit_usage);
    }
  }
  auto const clauses = selected(command);
  if (command.json) {
    print_json(coverage, clauses);
  } else if (command.unproved) {
    print_unproved(coverage, clauses, !command.proofs.empty());
  } else if (command.open || command.ledger) {
    print_clauses(coverage, clauses, command.open ? Standing::open : Standing::ledger);
  } else {
    print_table(coverage, clauses);
  }
  for (auto const& error : suite->errors)
    complain(text(error), exit_not_run);
  if (!suite->errors.empty()) return exit_not_run;
  return command.strict ? judge_strictly(coverage, clauses) : exit_clean;
}

std::set<std::string> chapters() {
  std::set<std::string> names;
  for (auto const& rule : vox::rule_table)
    names.emplace(rule.chapter);
  return names;
}

}  // namespace

void add_cover(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("cover", "Say which clauses the cases judge and which not");
  auto const command = std::make_shared<CoverCommand>();
  command->cases.add_to(*sub);
  repeatable(sub->add_option("--chapter", command->chapters, "Only of this chapter (repeatable)"))
      ->check(CLI::IsMember(chapters()));
  auto* const open = sub->add_flag("--open", command->open, "List the clauses nobody judges yet");
  auto* const ledger = sub->add_flag("--ledger", command->ledger,
                                     "List the clauses that no case can judge, with the reasons");
  auto* const unproved = sub->add_flag(
      "--unproved", command->unproved,
      "List the clauses that no fault proves, with the reasons; with --proofs also those "
      "that have none");
  auto* const json = sub->add_flag("--json", command->json, "Print every clause as JSON");
  open->excludes(ledger)->excludes(unproved)->excludes(json);
  ledger->excludes(unproved)->excludes(json);
  unproved->excludes(json);
  sub->add_flag("--strict", command->strict,
                "End with 1 if a clause is open, or judged or proved although the ledger says it "
                "cannot be");
  repeatable(sub->add_option(
                 "--proofs", command->proofs,
                 "What a run of faults proved: a file of selftest --faults --json (repeatable)"))
      ->type_name("FILE");
  sub->footer(
      "Examples:\n"
      "  voxspec cover\n"
      "  voxspec cover --open --chapter stable\n"
      "  voxspec cover --ledger\n"
      "  voxspec cover --unproved --proofs faults.json\n"
      "  voxspec cover 'connection/*' --chapter conn");
  sub->callback([command, &tool] { tool.exit_code = cover(*command, tool); });
}

}  // namespace voxspec
