#pragma once
#include "conformance/trace/any_step.hpp"
#include "conformance/trace/trace.hpp"

#include <algorithm>

namespace voxspec {

// Whether a pattern may mean a Ping: by its name, or because it is given as bytes.
[[nodiscard]] inline bool may_be_ping(FrameTerm const& pattern) {
  using Form = FrameTerm::Form;
  if (pattern.form == Form::none_of || pattern.form == Form::one_of) {
    return std::ranges::any_of(pattern.inside, may_be_ping);
  }
  return pattern.name() == "ping" || pattern.name() == "frame";
}

// Whether the case itself says what becomes of the subject's Pings. Else each is answered, and no
// step sees it.
[[nodiscard]] inline bool scripts_pings(Case const& trace) {
  return any_step(trace.steps, [](Step const& step) {
    if (auto const* expect = std::get_if<Expect>(&step.body)) {
      return std::ranges::any_of(expect->frames, may_be_ping) ||
             std::ranges::count(expect->passing, "ping") > 0;
    }
    auto const* none = std::get_if<ExpectNone>(&step.body);
    return none != nullptr && std::ranges::any_of(none->frames, may_be_ping);
  });
}

}  // namespace voxspec
