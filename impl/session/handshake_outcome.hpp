#pragma once
#include "impl/wire/metadata.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/parity.hpp"
#include "spec/settings.hpp"

#include <memory>
#include <optional>

namespace vox::schema {
class Plan;
}

namespace vox::session {

// What both sides know after the three handshake payloads.
struct HandshakeOutcome {
  Role role = Role::initiator;
  ConnectionSettings our_settings{};
  ConnectionSettings peer_settings{};
  bool peer_supports_retry = false;
  // By this key the session is found again; the acceptor made it.
  std::optional<ResumeKey> resume_key{};
  // By this key the initiator asks for a session it had before; only the acceptor learns it.
  std::optional<ResumeKey> presented_key{};
  wire::Metadata peer_metadata{};
  // How to read the peer's messages; null if it writes them exactly as we do.
  std::shared_ptr<schema::Plan const> plan{};
};

}  // namespace vox::session
