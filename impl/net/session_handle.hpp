#pragma once
#include "impl/net/connection.hpp"
#include "impl/net/handler.hpp"
#include "impl/net/session_end.hpp"
#include "impl/session/error.hpp"
#include "impl/session/session.hpp"
#include "impl/wire/metadata.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/settings.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace vox::net {

class Runner;

// A running session, as an application holds it. Copies share it. The session does not depend on
// it: it goes on until it ends, however many handles there are.
class SessionHandle {
 public:
  explicit SessionHandle(std::shared_ptr<Runner> runner) : runner_{std::move(runner)} {}

  // Opens a virtual connection and waits for the peer's answer. A service that is named goes out as
  // the first metadata entry, as every peer demands one; the handler serves what the peer calls.
  // r[impl connection.open] r[impl rpc.virtual-connection.open]
  [[nodiscard]] boost::asio::awaitable<std::expected<Connection, session::SessionError>> open(
      ConnectionSettings settings, std::string service = {}, wire::Metadata metadata = {},
      std::shared_ptr<Handler> handler = nullptr) const;
  // Closes a virtual connection, also one whose open has not been answered.
  [[nodiscard]] std::expected<void, session::SessionError> close(
      session::ConnectionId id, wire::MetadataView reasons = {}) const;
  // Ends the session as soon as what the link has brought by now is served. A durable store keeps
  // what it has of the session, so that the next process can go on with it.
  void shutdown() const;

  // The key that finds this session again.
  [[nodiscard]] std::optional<ResumeKey> resume_key() const;
  // How often it was resumed.
  [[nodiscard]] std::uint64_t generation() const;
  [[nodiscard]] session::SessionState state() const;
  // What the session holds by now, as far as Limits::session_bytes_max counts it.
  [[nodiscard]] std::size_t held_bytes() const;
  // Returns when the session is over.
  [[nodiscard]] boost::asio::awaitable<SessionEnd> ended() const;

 private:
  std::shared_ptr<Runner> runner_;
};

}  // namespace vox::net
