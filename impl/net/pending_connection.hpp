#pragma once
#include "impl/net/connection_handle.hpp"
#include "impl/net/request_handler.hpp"
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
// the session warns. The decision may come later than the question.
// r[impl core.R3] r[impl rpc.virtual-connection.accept]
class PendingConnection {
 public:
  PendingConnection(std::weak_ptr<SessionDriver> driver, session::ConnectionId connection_id,
                    ConnectionSettings our_settings, ConnectionSettings peer_settings);
  PendingConnection(PendingConnection&&) noexcept = default;
  PendingConnection& operator=(PendingConnection&&) = delete;
  PendingConnection(PendingConnection const&) = delete;
  PendingConnection& operator=(PendingConnection const&) = delete;
  ~PendingConnection();

  // The peer's requests go to the handler. Nobody here calls the peer on this connection, so that
  // it lives until the peer closes it or the session ends.
  void handle_with(std::shared_ptr<RequestHandler> handler) &&;
  // The same, and we can call on it, too: it closes when the last copy of the handle goes. Nothing
  // if the session is gone already.
  [[nodiscard]] std::optional<ConnectionHandle> handle_and_call(
      std::shared_ptr<RequestHandler> handler) &&;
  // A connection only to call on; the peer's own calls are answered `Cancelled`.
  [[nodiscard]] std::optional<ConnectionHandle> into_handle() &&;
  // Whatever comes on it goes on to the target as it is, and the other way round, until either is
  // closed; no service is asked. The two must have opposite parities, or this one is closed.
  // r[impl core.Y1]
  [[nodiscard]] std::expected<void, session::SessionError> proxy_to(
      ConnectionHandle const& target) &&;
  // The peer is told no, for these reasons; for the root, the session ends.
  void reject(wire::MetadataView reasons) &&;

  [[nodiscard]] session::ConnectionId id() const { return connection_id_; }
  [[nodiscard]] ConnectionSettings const& our_settings() const { return our_settings_; }
  [[nodiscard]] ConnectionSettings const& peer_settings() const { return peer_settings_; }

 private:
  std::weak_ptr<SessionDriver> driver_;  // empty once it is decided
  session::ConnectionId connection_id_;
  ConnectionSettings our_settings_;
  ConnectionSettings peer_settings_;
};

// Who decides about connections: a function, or a handler that serves every connection itself.
// r[impl core.R4] r[impl rpc.session-setup]
class Acceptor {
 public:
  using Function = std::function<void(session::ConnectionRequest const&, PendingConnection)>;

  Acceptor() = default;
  // NOLINTBEGIN(google-explicit-constructor, hicpp-explicit-conversions): either is an acceptor.
  template <std::invocable<session::ConnectionRequest const&, PendingConnection> Decide>
  Acceptor(Decide decide) : function_{std::move(decide)} {}
  template <std::derived_from<RequestHandler> Handler>
  Acceptor(std::shared_ptr<Handler> handler)
      : Acceptor{serve_all(std::shared_ptr<RequestHandler>{std::move(handler)})} {}
  // NOLINTEND(google-explicit-constructor, hicpp-explicit-conversions)

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(function_); }
  void operator()(session::ConnectionRequest const& request, PendingConnection pending) const {
    function_(request, std::move(pending));
  }

 private:
  [[nodiscard]] static Function serve_all(std::shared_ptr<RequestHandler> handler);

  Function function_;
};

}  // namespace vox::net
