#include "impl/session/resume.hpp"

namespace vox::session {

std::optional<SessionError> resume_refusal(ConnectionSettings const& ours,
                                           std::optional<ConnectionSettings> const& peers,
                                           HandshakeOutcome const& outcome) {
  if (!peers) return protocol_error(text::peer_settings_missing);
  if (outcome.our_settings != ours) return protocol_error(text::local_settings_changed);
  if (outcome.peer_settings != *peers) return protocol_error(text::peer_settings_changed);
  return std::nullopt;
}

}  // namespace vox::session
