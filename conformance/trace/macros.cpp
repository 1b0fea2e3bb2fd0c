#include "conformance/trace/macros.hpp"

#include <functional>
#include <map>

namespace voxspec {
namespace {

// The text of macros.json.
constexpr std::string_view macro_text =
#include "conformance/trace/macros.inc"
    ;

using MacroTable = std::map<std::string, Macro, std::less<>>;

std::string taken(Json& step, std::string const& key) {
  auto name = step.value(key, std::string{});
  step.erase(key);
  return name;
}

MacroTable read_macros() {
  MacroTable table;
  for (auto const& [name, macro] : macros().items()) {
    auto& made = table[name];
    made.parameters = &macro["parameters"];
    for (auto step : macro["steps"]) {
      auto when = taken(step, "when");
      auto unless = taken(step, "unless");
      made.steps.push_back(
          {.step = std::move(step), .when = std::move(when), .unless = std::move(unless)});
    }
  }
  return table;
}

bool is_true(Json const& given, std::string const& name) {
  auto const found = given.find(name);
  return found != given.end() && (!found->is_boolean() || found->get<bool>());
}

}  // namespace

Json const& macros() {
  static Json const table = Json::parse(macro_text);
  return table;
}

bool MacroStep::applies(Json const& given) const {
  return (when.empty() || is_true(given, when)) && (unless.empty() || !is_true(given, unless));
}

Macro const* find_macro(std::string_view name) {
  static MacroTable const table = read_macros();
  auto const found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace voxspec
