#pragma once
#include "impl/net/connection.hpp"
#include "impl/net/handler.hpp"
#include "impl/session/connection_request.hpp"
#include "impl/session/error.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/settings.hpp"

#include <concepts>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace vox::net {

// A connection that waits for its acceptor's decision, which is made once, by one of the functions
// below; each uses the object up. One that is dropped undecided is accepted and closed at once, and
// the session warns. The decision may come later than the question; what the peer calls meanwhile
// waits for it.
// r[impl core.R3] r[impl rpc.virtual-connection.accept]
class PendingConnection {
 public:
  PendingConnection(std::weak_ptr<Runner> runner, ConnectionKey key,
                    ConnectionSettings our_settings, ConnectionSettings peer_settings);
  PendingConnection(PendingConnection&&) noexcept = default;
  PendingConnection& operator=(PendingConnection&&) = delete;
  PendingConnection(PendingConnection const&) = delete;
  PendingConnection& operator=(PendingConnection const&) = delete;
  ~PendingConnection();

  // The peer's requests go to the handler. Nobody here calls the peer on this connection, so that
  // it lives until the peer closes it or the session ends.
  void handle_with(std::shared_ptr<Handler> handler) &&;
  // The same, and we can call on it, too: it closes when the last copy of the handle goes. Nothing
  // if the session is gone already, or the peer gave the request up and asks for the id anew.
  [[nodiscard]] std::optional<Connection> handle_and_call(std::shared_ptr<Handler> handler) &&;
  // A connection only to call on; nothing is served to the peer.
  [[nodiscard]] std::optional<Connection> into_connection() &&;
  // Whatever comes on it goes on to the target as it is, and the other way round, until either is
  // closed; no service is asked. The two must have opposite parities, or this one is closed.
  // r[impl core.Y1]
  [[nodiscard]] std::expected<void, session::SessionError> proxy_to(Connection const& target) &&;
  // The peer is told no, for these reasons; for the root, the session ends.
  void reject(wire::MetadataView reasons) &&;

  [[nodiscard]] session::ConnectionId id() const { return key_.id; }
  [[nodiscard]] ConnectionSettings const& our_settings() const { return our_settings_; }
  [[nodiscard]] ConnectionSettings const& peer_settings() const { return peer_settings_; }

 private:
  std::weak_ptr<Runner> runner_;  // empty once it is decided
  ConnectionKey key_;
  ConnectionSettings our_settings_;
  ConnectionSettings peer_settings_;
};

// Who decides about connections: a function, or a handler that serves every connection itself. One
// that throws rejects the connection.
// r[impl core.R4] r[impl rpc.session-setup]
class Acceptor {
 public:
  using Function = std::function<void(session::ConnectionRequest const&, PendingConnection)>;

  Acceptor() = default;
  // NOLINTBEGIN(google-explicit-constructor, hicpp-explicit-conversions): either is an acceptor.
  template <std::invocable<session::ConnectionRequest const&, PendingConnection> Decide>
  Acceptor(Decide decide) : function_{std::move(decide)} {}
  template <std::derived_from<Handler> Serving>
  Acceptor(std::shared_ptr<Serving> handler)
      : Acceptor{serve_all(std::shared_ptr<Handler>{std::move(handler)})} {}
  // NOLINTEND(google-explicit-constructor, hicpp-explicit-conversions)

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(function_); }
  void operator()(session::ConnectionRequest const& request, PendingConnection pending) const {
    function_(request, std::move(pending));
  }

 private:
  [[nodiscard]] static Function serve_all(std::shared_ptr<Handler> handler);

  Function function_;
};

}  // namespace vox::net
