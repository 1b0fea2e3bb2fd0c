#pragma once
#include "conformance/runner/link_plan.hpp"
#include "conformance/runner/subject.hpp"
#include "conformance/trace/trace.hpp"

#include <expected>
#include <optional>
#include <string>

namespace voxspec {

// How a case is run against a subject, or why it is unsupported: one sentence that names what the
// case needs and the subject does not claim. Nothing is guessed and nothing is tried.
[[nodiscard]] std::expected<LinkPlan, std::string> plan_case(
    Case const& trace, Subject const& subject,
    std::optional<vox::link::Transport> transport = std::nullopt);

// The ability of subjects that play CLIENT_SCENARIO.
inline constexpr char const* client_scenarios = "client-scenarios";
inline constexpr char const* probe_ability = "probe";
inline constexpr char const* control_ability = "control";
// Of subjects that serve Testbed, as nearly all do.
inline constexpr char const* testbed_ability = "testbed";

}  // namespace voxspec
