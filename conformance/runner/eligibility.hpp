#pragma once
#include "conformance/runner/link_plan.hpp"
#include "conformance/runner/subject.hpp"
#include "conformance/trace/trace.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// How a case is run against a subject, or why it is unsupported: one sentence that names what the
// case needs and the subject does not claim. Nothing is guessed and nothing is tried.
[[nodiscard]] std::expected<LinkPlan, std::string> plan_case(
    Case const& trace, Subject const& subject,
    std::optional<vox::link::Transport> transport = std::nullopt);

// Whether a list of words, as of claims, has this one.
[[nodiscard]] bool has(std::vector<std::string> const& words, std::string_view word);

}  // namespace voxspec
