#include "impl/net/pending_connection.hpp"

#include "impl/net/runner.hpp"

#include <utility>

namespace vox::net {

PendingConnection::PendingConnection(std::weak_ptr<Runner> runner, ConnectionKey key,
                                     ConnectionSettings our_settings,
                                     ConnectionSettings peer_settings)
    : runner_{std::move(runner)},
      key_{key},
      our_settings_{our_settings},
      peer_settings_{peer_settings} {}

PendingConnection::~PendingConnection() {
  if (auto const runner = runner_.lock()) runner->abandon(key_);
}

void PendingConnection::handle_with(std::shared_ptr<Handler> handler) && {
  auto const runner = std::exchange(runner_, {}).lock();
  if (runner) static_cast<void>(runner->accept(key_, std::move(handler)));
}

std::optional<Connection> PendingConnection::handle_and_call(std::shared_ptr<Handler> handler) && {
  auto const runner = std::exchange(runner_, {}).lock();
  if (!runner) return std::nullopt;
  if (!runner->accept(key_, std::move(handler))) return std::nullopt;
  return Connection{runner, key_, our_settings_, peer_settings_};
}

std::optional<Connection> PendingConnection::into_connection() && {
  return std::move(*this).handle_and_call(nullptr);
}

std::expected<void, session::SessionError> PendingConnection::proxy_to(
    Connection const& target) && {
  if (our_settings_.parity == target.our_settings().parity) {
    auto const undecided = std::move(*this);
    return std::unexpected(session::protocol_error(session::text::same_parities));
  }
  auto const runner = std::exchange(runner_, {}).lock();
  if (!runner) return std::unexpected(session::protocol_error(session::text::session_closed));
  if (!runner->accept_and_join(key_, target)) {
    return std::unexpected(session::protocol_error(session::text::session_closed));
  }
  return {};
}

void PendingConnection::reject(wire::MetadataView reasons) && {
  auto const runner = std::exchange(runner_, {}).lock();
  if (runner) runner->reject(key_, reasons);
}

Acceptor::Function Acceptor::serve_all(std::shared_ptr<Handler> handler) {
  return
      [handler = std::move(handler)](session::ConnectionRequest const&, PendingConnection pending) {
        std::move(pending).handle_with(handler);
      };
}

}  // namespace vox::net
