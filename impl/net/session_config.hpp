#pragma once
#include "impl/net/log.hpp"
#include "impl/net/pending_connection.hpp"
#include "impl/net/session_registry.hpp"
#include "impl/rpc/operation.hpp"
#include "impl/rpc/store_events.hpp"
#include "impl/session/keepalive.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/clock.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"
#include "spec/settings.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace vox::net {

// A durable store of operations. It is used in spec alone: in vox_0_4 operations are those of a
// connection, which nobody finds again in another process.
struct Store {
  // Does what it is asked to do before it returns.
  std::function<rpc::StoreDone(rpc::StoreRequest const&)> perform{};
  // Gives the session of an earlier process that has this key, once, if there is one. Without it,
  // no session outlives its process.
  std::function<std::optional<rpc::RestoredSession>(ResumeKey const&)> take{};

  explicit operator bool() const { return static_cast<bool>(perform); }
};

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
  // For the establishment, on either side, where that is less than Limits::establishment_time.
  std::optional<Duration> connect_timeout{};
  std::optional<Duration> recovery_timeout{};   // for finding another link; else without end
  std::shared_ptr<SessionRegistry> registry{};  // of an acceptor: its sessions can be resumed
  // Counts the links of an acceptor that have no session yet, where there is no registry to do it.
  std::shared_ptr<SessionRegistry> link_counter{};
  Store store{};  // of persistent operations; without one, in memory
  Limits limits{};
  Log log{};
};

}  // namespace vox::net
