#pragma once
#include "impl/net/pending_connection.hpp"
#include "impl/net/session_driver.hpp"
#include "impl/net/session_registry.hpp"
#include "impl/session/keepalive.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/clock.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"
#include "spec/settings.hpp"

#include <memory>
#include <optional>
#include <string>

namespace vox::net {

// Everything that an application may decide about a session before it begins. What is not set has
// the value that 0.4.0 gives it.
struct SessionConfig {
  Rulebook rulebook = Rulebook::spec;
  ConnectionSettings settings{};
  bool supports_retry = true;
  // An initiator demands a resume key, an acceptor issues one.
  bool resumable = false;
  wire::Metadata metadata{};  // of the handshake
  std::string service{};      // of our client on the root connection
  Acceptor acceptor{};        // without one, the peer can open no connections
  std::optional<session::KeepaliveSettings> keepalive{};
  std::optional<Duration> connect_timeout{};    // for the establishment, on either side
  std::optional<Duration> recovery_timeout{};   // for finding another conduit; else without end
  std::shared_ptr<SessionRegistry> registry{};  // of an acceptor: its sessions can be resumed
  Limits limits{};
  Log log{};
};

}  // namespace vox::net
