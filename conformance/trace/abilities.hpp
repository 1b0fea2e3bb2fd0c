#pragma once
#include "conformance/peer/fault.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

// What a subject may be able to do beside the plain session: docs/subjects.md says what each means.
namespace voxspec {

// Of subjects that serve Testbed, as nearly all do.
inline constexpr char const* testbed_ability = "testbed";
// Of subjects that play CLIENT_SCENARIO.
inline constexpr char const* client_scenarios = "client-scenarios";
inline constexpr char const* probe_ability = "probe";
inline constexpr char const* control_ability = "control";

inline constexpr std::array<std::string_view, 14> known_abilities{testbed_ability,
                                                                  "inbound-connections",
                                                                  "outbound-connections",
                                                                  "refuses-connections",
                                                                  "keepalive",
                                                                  "reconnects",
                                                                  "waits",
                                                                  "resumes",
                                                                  client_scenarios,
                                                                  control_ability,
                                                                  "many-links",
                                                                  probe_ability,
                                                                  "persist",
                                                                  "durable"};

// What is wrong with a word that is no ability: "unknown ability 'x' (did you mean 'y'?)".
[[nodiscard]] inline std::optional<std::string> unknown_ability(std::string_view word) {
  if (std::ranges::find(known_abilities, word) != known_abilities.end()) return std::nullopt;
  return "unknown ability '" + std::string{word} + "'" + nearest_hint(word, known_abilities);
}

}  // namespace voxspec
