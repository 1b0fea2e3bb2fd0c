#pragma once
#include "conformance/peer/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// The macros of the trace language: names for step sequences that come again and again. They are
// data (macros.json), one object by name: {"about": …, "parameters": {name: {"about": …, "default":
// …}}, "steps": […]}. The reader expands them; nothing behind it knows that they exist.
//
// In the steps {"$": "p"} is the value of a parameter and {"$": "$p"} the name "$value" that it
// spells. A parameter without a default is optional where its "optional" is true and required
// otherwise. A step with "when": "p" is there only if p was given, one with "unless": "p" only if
// it was not, or is false. The default {"fresh": "connection"} is the next connection id of ours,
// {"fresh": "request"} the next request id of ours on the macro's connection, {"fresh": "name"} a
// name that the case does not use.
[[nodiscard]] Json const& macros();

// One step of a macro, without its "when" and "unless".
struct MacroStep {
  Json step;
  std::string when;
  std::string unless;

  // Whether the step is there with these parameters.
  [[nodiscard]] bool applies(Json const& given) const;
};

struct Macro {
  Json const* parameters = nullptr;  // of macros()
  std::vector<MacroStep> steps;
};

// Null if no macro has that name.
[[nodiscard]] Macro const* find_macro(std::string_view name);

}  // namespace voxspec
