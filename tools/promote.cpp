#include "conformance/trace/step_json.hpp"
#include "conformance/trace/tidy.hpp"
#include "tools/recorded.hpp"
#include "tools/report_files.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <cctype>
#include <expected>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

struct PromoteCommand {
  std::string file;
  std::string as;
  std::string side;
  std::string scenario;
  std::string about;
  std::vector<std::string> rules;
};

using Document = std::expected<Json, std::string>;

// What a recording has of two peers is no case yet: it says neither what it claims nor who is
// judged.
bool is_recorded(Json const& document) {
  auto const result = document.find("result");
  return result != document.end() && result->is_object() && result->value("recorded", false);
}

Document one_side(Json const& document, PromoteCommand const& command) {
  auto const ours = command.side == "acceptor" ? vox::Role::acceptor : vox::Role::initiator;
  auto script = side_of(document, ours);
  if (!script) return std::unexpected(script.error());
  if (ours == vox::Role::acceptor && !script->scenario_of.empty()) {
    if (auto played = play_scenario(*script, command.scenario); !played) {
      return std::unexpected(played.error());
    }
  }
  auto out = case_head_json(script->trace);
  out.erase("about");
  out.erase("rules");
  auto& steps = out["steps"] = Json::array();
  for (auto const& step : script->trace.steps)
    steps.push_back(step_json(step));
  return out;
}

// The case with its claim first.
Document with_claim(Json document, PromoteCommand const& command) {
  if (!command.about.empty()) document["about"] = command.about;
  if (!command.rules.empty()) document["rules"] = command.rules;
  if (!document.contains("about")) return std::unexpected("say what it claims, with --about");
  if (!document.contains("rules")) {
    return std::unexpected(
        "name the clauses that it judges, with --rules; voxspec rules --clauses "
        "lists them");
  }
  Json out{{"about", document["about"]}, {"rules", document["rules"]}};
  for (auto const& [key, value] : document.items()) {
    if (!out.contains(key)) out[key] = value;
  }
  return out;
}

Document made_case(PromoteCommand const& command) {
  auto document = read_document(command.file);
  if (!document) return document;
  if (!document->is_object() || !document->contains("steps")) {
    return std::unexpected("it is no trace");
  }
  if (is_recorded(*document) || !command.side.empty()) document = one_side(*document, command);
  if (!document) return document;
  auto claimed = with_claim(*std::move(document), command);
  if (!claimed) return claimed;
  auto checked = parse_trace(claimed->dump(), command.file);
  if (!checked) return std::unexpected(text(checked.error()));
  return tidied(*std::move(claimed));
}

// A subject of ours that the case says something of.
std::string_view own_subject(Dialect dialect) {
  return dialect == Dialect::vox_0_4 ? "cpp" : "rust-0.8";
}

int promote(PromoteCommand const& command, Tool const& tool) {
  auto const file = tool.traces() / (command.as + ".json");
  if (fs::exists(file)) return complain(file.string() + " is there already", exit_usage);
  auto const made = made_case(command);
  if (!made) return complain(command.file + ": " + made.error(), exit_usage);
  auto const written = pretty(*made);
  auto const checked = parse_trace(written, file);
  if (!checked) return complain(text(checked.error()), exit_unexpected);
  if (!write_or_complain(file, written)) return exit_not_run;
  auto const subject = own_subject(checked->cases.front().dialect);
  std::cout << "wrote " << file.string() << "\nnext:\n  voxspec explain " << command.as
            << "\n  voxspec run --subject " << subject << ' ' << command.as
            << "\n  voxspec selftest --freedoms --subject " << subject << ' ' << command.as << '\n';
  return exit_clean;
}

bool is_id(std::string const& id) {
  auto const is_good = [](char c) {
    return c == '/' || c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  return !id.empty() && id.front() != '/' && id.back() != '/' &&
         id.find('/') != std::string::npos && std::ranges::all_of(id, is_good);
}

}  // namespace

void add_promote(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "promote", "Make a case of the suite of a recording, or of a finding of a search");
  auto const command = std::make_shared<PromoteCommand>();
  sub->add_option("file", command->file, "A recording, or a trace")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  sub->add_option("--as", command->as, "The id of the case: a chapter and a name")
      ->type_name("CHAPTER/NAME")
      ->required()
      ->check([](std::string const& id) {
        return is_id(id) ? std::string{}
                         : "'" + id + "' is no id: letters, digits and dashes, as stable/late-ack";
      });
  sub->add_option("--side", command->side, "Of a recording: who we play (default: initiator)")
      ->check(CLI::IsMember({"initiator", "acceptor"}));
  sub->add_option("--scenario", command->scenario,
                  "With --side acceptor: the scenario that the subject plays as a client")
      ->type_name("NAME");
  sub->add_option("--rules", command->rules, "The clauses that it judges")->type_name("CLAUSE");
  sub->add_option("--about", command->about, "Its claim, one sentence true of every right peer")
      ->type_name("TEXT");
  sub->footer(
      "Frames, defaults and results are left out, and macros used where they are exactly the "
      "same.\n"
      "Example:\n"
      "  voxspec promote echo.json --as request/echo --rules rpc.response/1 \\\n"
      "    --about 'A call of echo is answered with its argument'");
  sub->callback([command, &tool] { tool.exit_code = promote(*command, tool); });
}

}  // namespace voxspec
