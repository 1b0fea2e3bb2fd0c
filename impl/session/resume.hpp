#pragma once
#include "impl/session/error.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "spec/settings.hpp"

#include <optional>

namespace vox::session {

// Why a session with these root settings cannot go on over a conduit with this handshake, if it
// cannot. The peer's settings are nothing as long as no handshake has told them.
// r[impl core.M1] r[impl core.M2] r[impl session.handshake.resume]
[[nodiscard]] std::optional<SessionError> resume_refusal(
    ConnectionSettings const& ours, std::optional<ConnectionSettings> const& peers,
    HandshakeOutcome const& outcome);

}  // namespace vox::session
