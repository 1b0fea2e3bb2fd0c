#include "conformance/runner/glob.hpp"
#include "conformance/runner/rule_words.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <cctype>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {
namespace {

struct RulesCommand {
  std::vector<std::string> patterns;
  std::string chapter;
  std::string level;
  std::string observable;
  std::string text;
  bool clauses = false;
};

bool has_text(std::string_view where, std::string_view what) {
  auto const same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return what.empty() || !std::ranges::search(where, what, same).empty();
}

bool fits(vox::RuleEntry const& rule, RulesCommand const& command) {
  auto const has_id = [&](std::string const& pattern) { return selects_rule(pattern, rule.id); };
  if (!command.patterns.empty() && std::ranges::none_of(command.patterns, has_id)) return false;
  if (!command.chapter.empty() && command.chapter != rule.chapter) return false;
  if (!command.level.empty() && command.level != level_word(rule.level)) return false;
  if (!command.observable.empty() && command.observable != observable_word(rule.observable)) {
    return false;
  }
  return has_text(rule.id, command.text) || has_text(rule.summary, command.text);
}

void print(vox::Rule rule, bool with_clauses) {
  auto const& entry = rule.entry();
  std::cout << entry.id << "  (" << entry.chapter << ", " << level_word(entry.level) << ", "
            << observable_word(entry.observable) << ")\n    " << entry.summary << '\n';
  if (!with_clauses) return;
  for (auto const& clause : vox::clauses_of(rule)) {
    std::cout << "    " << clause.id.substr(entry.id.size()) << "  " << clause.obligation << " ("
              << weight_words(clause) << ")\n";
    if (!clause.shipped.empty()) std::cout << "        0.4.0: " << clause.shipped << '\n';
  }
}

int rules(RulesCommand const& command) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    auto const rule = vox::Rule::at(row);
    if (!fits(rule.entry(), command)) continue;
    ++count;
    print(rule, command.clauses);
  }
  return count > 0 ? exit_clean : complain("no rule fits", exit_usage);
}

}  // namespace

void add_rules(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("rules", "List the rules of the specification");
  auto const command = std::make_shared<RulesCommand>();
  std::set<std::string> chapters;
  for (auto const& rule : vox::rule_table)
    chapters.emplace(rule.chapter);
  sub->add_option("rule", command->patterns, "Ids, ids above them, or globs")->type_name("RULE");
  sub->add_option("--chapter", command->chapter, "Only of this chapter")
      ->check(CLI::IsMember(chapters));
  sub->add_option("--level", command->level, "Only of this level")
      ->transform(
          CLI::IsMember({"MUST", "MUST NOT", "SHOULD", "MAY", "definition"}, CLI::ignore_case));
  sub->add_option("--observable", command->observable,
                  "Only what a peer can see (wire), only an API shows (api), or is text (doc)")
      ->check(CLI::IsMember({"wire", "api", "doc"}));
  sub->add_option("--text", command->text, "Only with this in the id or the summary")
      ->type_name("TEXT");
  sub->add_flag("--clauses", command->clauses, "Below each rule the clauses that it consists of");
  sub->footer(
      "Examples:\n"
      "  voxspec rules session.handshake --clauses\n"
      "  voxspec rules --chapter rpc --level SHOULD\n"
      "  voxspec rules --text credit");
  sub->callback([command, &tool] { tool.exit_code = rules(*command); });
}

}  // namespace voxspec
