#include "impl/net/pending_connection.hpp"

#include "impl/net/session_driver.hpp"

#include <utility>

namespace vox::net {

PendingConnection::PendingConnection(std::weak_ptr<SessionDriver> driver,
                                     session::ConnectionId connection_id,
                                     ConnectionSettings our_settings,
                                     ConnectionSettings peer_settings)
    : driver_{std::move(driver)},
      connection_id_{connection_id},
      our_settings_{our_settings},
      peer_settings_{peer_settings} {}

PendingConnection::~PendingConnection() {
  if (auto const driver = driver_.lock()) driver->abandon(connection_id_);
}

void PendingConnection::handle_with(std::shared_ptr<RequestHandler> handler) && {
  auto const driver = std::exchange(driver_, {}).lock();
  if (driver) driver->accept(*this, std::move(handler));
}

std::optional<ConnectionHandle> PendingConnection::handle_and_call(
    std::shared_ptr<RequestHandler> handler) && {
  auto const driver = std::exchange(driver_, {}).lock();
  if (!driver) return std::nullopt;
  driver->accept(*this, std::move(handler));
  return ConnectionHandle{driver, connection_id_, our_settings_, peer_settings_};
}

std::optional<ConnectionHandle> PendingConnection::into_handle() && {
  return std::move(*this).handle_and_call(nullptr);
}

std::expected<void, session::SessionError> PendingConnection::proxy_to(
    ConnectionHandle const& target) && {
  if (our_settings_.parity == target.our_settings().parity) {
    auto const undecided = std::move(*this);
    return std::unexpected(session::protocol_error(session::text::same_parities));
  }
  auto const driver = std::exchange(driver_, {}).lock();
  if (!driver) return std::unexpected(session::protocol_error(session::text::session_closed));
  driver->accept(*this, nullptr);
  driver->join(connection_id_, target, target.driver());
  return {};
}

void PendingConnection::reject(wire::MetadataView reasons) && {
  auto const driver = std::exchange(driver_, {}).lock();
  if (driver) driver->reject(connection_id_, reasons);
}

Acceptor::Function Acceptor::serve_all(std::shared_ptr<RequestHandler> handler) {
  return
      [handler = std::move(handler)](session::ConnectionRequest const&, PendingConnection pending) {
        std::move(pending).handle_with(handler);
      };
}

}  // namespace vox::net
