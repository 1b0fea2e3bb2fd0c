#pragma once
#include "conformance/peer/fault.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

// What a subject may be able to do beside the plain session: docs/subjects.md says what each means.
namespace voxspec {

inline constexpr std::array<std::string_view, 13> known_abilities{"testbed",
                                                                  "inbound-connections",
                                                                  "outbound-connections",
                                                                  "refuses-connections",
                                                                  "keepalive",
                                                                  "reconnects",
                                                                  "resumes",
                                                                  "client-scenarios",
                                                                  "control",
                                                                  "many-links",
                                                                  "probe",
                                                                  "persist",
                                                                  "durable"};

// What is wrong with a word that is no ability: "unknown ability 'x' (did you mean 'y'?)".
[[nodiscard]] inline std::optional<std::string> unknown_ability(std::string_view word) {
  if (std::ranges::find(known_abilities, word) != known_abilities.end()) return std::nullopt;
  return "unknown ability '" + std::string{word} + "'" + nearest_hint(word, known_abilities);
}

}  // namespace voxspec
