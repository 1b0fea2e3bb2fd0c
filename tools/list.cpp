#include "conformance/peer/json.hpp"
#include "tools/case_options.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace {

struct ListCommand {
  CaseOptions cases;
  bool about = false;
  bool subjects = false;
  bool json = false;
};

int list_all_subjects(Tool const& tool) {
  auto const subjects = list_subjects(tool.layout);
  if (!subjects) return complain(subjects.error(), exit_unexpected);
  std::size_t width = 0;
  for (auto const& subject : *subjects)
    width = std::max(width, subject.spelling.size());
  for (auto const& subject : *subjects) {
    std::cout << subject.spelling << std::string(width - subject.spelling.size() + 2, ' ')
              << subject.about << '\n';
  }
  return exit_clean;
}

Json case_json(Case const& trace) {
  Json clauses = Json::array();
  for (auto const clause : trace.clauses)
    clauses.push_back(std::string{clause.id()});
  return {{"id", trace.id},
          {"about", trace.about},
          {"clauses", std::move(clauses)},
          {"subject_plays", trace.role == vox::Role::initiator ? "acceptor" : "initiator"},
          {"conduit", trace.conduit == Conduit::stable ? "stable" : "bare"},
          {"needs", trace.needs}};
}

void print_json(std::vector<Case const*> const& cases) {
  Json list = Json::array();
  for (auto const* const trace : cases)
    list.push_back(case_json(*trace));
  std::cout << Json{{"cases", std::move(list)}}.dump(1) << '\n';
}

void print_ids(std::vector<Case const*> const& cases, bool with_about) {
  for (auto const* const trace : cases) {
    std::cout << trace->id << '\n';
    if (with_about) std::cout << "    " << trace->about << '\n';
  }
}

int list_cases(ListCommand const& command, Tool const& tool) {
  auto const selection = command.cases.selection();
  if (!selection) return complain(selection.error(), exit_usage);
  auto const suite = load_suite(tool.traces(), vox::Dialect::vox_0_4, *selection);
  if (!suite) return complain(suite.error(), exit_usage);
  auto const cases = select(*suite, *selection);
  if (!cases) return complain(cases.error(), exit_usage);
  if (command.json) {
    print_json(*cases);
  } else {
    print_ids(*cases, command.about);
  }
  for (auto const& error : suite->errors)
    complain(text(error), exit_not_run);
  if (!suite->errors.empty()) return exit_not_run;
  return cases->empty() ? complain(nothing_selected(*suite, *selection), exit_usage) : exit_clean;
}

}  // namespace

void add_list(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("list", "List cases, one id a line, or subjects");
  auto const command = std::make_shared<ListCommand>();
  command->cases.add_to(*sub);
  sub->add_flag("--about", command->about, "Say below each id what the case claims");
  sub->add_flag("--json", command->json, "Print what each case is about as JSON");
  sub->add_flag("--subjects", command->subjects, "List the subjects that --subject knows by name");
  sub->footer(
      "Examples:\n"
      "  voxspec list 'connection/*' --about\n"
      "  voxspec list --rule session.parity --exclude 'connection/open/*'\n"
      "  voxspec list --subjects");
  sub->callback([command, &tool] {
    tool.exit_code = command->subjects ? list_all_subjects(tool) : list_cases(*command, tool);
  });
}

}  // namespace voxspec
