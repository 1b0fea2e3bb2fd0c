#pragma once
#include "conformance/trace/steps.hpp"

#include <algorithm>
#include <variant>
#include <vector>

namespace voxspec {

// Whether one of the steps is such a one, those of alternatives and of rounds included.
template <class Predicate>
[[nodiscard]] bool any_step(std::vector<Step> const& steps, Predicate const& is_such) {
  return std::ranges::any_of(steps, [&](Step const& step) {
    if (is_such(step)) return true;
    if (auto const* const one_of = std::get_if<OneOf>(&step.body)) {
      return std::ranges::any_of(one_of->alternatives, [&](Alternative const& way) {
        return any_step(way.steps, is_such);
      });
    }
    auto const* const repeat = std::get_if<Repeat>(&step.body);
    return repeat != nullptr && std::ranges::any_of(repeat->rounds, [&](auto const& round) {
             return any_step(round, is_such);
           });
  });
}

}  // namespace voxspec
