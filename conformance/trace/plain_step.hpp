#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/trace/steps.hpp"
#include "spec/parity.hpp"

#include <string_view>

namespace voxspec {

// {"step": …, "link": …, "note": …, "basic": …}, as every step of an expanded case begins. The link
// that a case does not name is "first". What fails in a basic step is a failure, whatever the case
// is about.
[[nodiscard]] Json step_head(std::string_view kind, Step const& step);
// A step that sends no frame and expects none.
[[nodiscard]] Json plain_step(Step const& step, vox::Parity ours);

[[nodiscard]] std::string_view reaction_word(Reaction reaction);
[[nodiscard]] std::string_view worth_word(Alternative::Worth worth);

}  // namespace voxspec
