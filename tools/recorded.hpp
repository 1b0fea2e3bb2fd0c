#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/relay/script.hpp"
#include "spec/parity.hpp"

#include <expected>
#include <string>

// Sides of recordings, for commands that play them.
namespace voxspec {

// The text of a file or of an argument as JSON. The error is a sentence.
[[nodiscard]] std::expected<Json, std::string> read_document(std::string const& input);

// What the side said, as a case. The error is a sentence.
[[nodiscard]] std::expected<relay::Script, std::string> side_of(Json const& recording,
                                                                vox::Role ours);

// Has the subject play the scenario whose calls it makes in the recording. An error if there are
// such calls and no scenario is named.
[[nodiscard]] std::expected<void, std::string> play_scenario(relay::Script& script,
                                                             std::string const& scenario);

}  // namespace voxspec
