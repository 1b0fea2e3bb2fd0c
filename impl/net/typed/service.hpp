#pragma once
#include "impl/link/address.hpp"
#include "impl/link/listener.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_builder.hpp"
#include "impl/net/typed/client.hpp"
#include "impl/net/typed/dispatcher.hpp"
#include "impl/session/error.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <string>
#include <utility>

// The short way for a program that has one service: everything else stays as it is by default.
namespace vox::net {

// Dials a server of the service, and again whenever the link is lost. The session lives as long as
// a copy of the client does. The builder says what else is wanted of it.
template <DeclaredService S>
[[nodiscard]] boost::asio::awaitable<std::expected<Client<S>, session::SessionError>> connect(
    link::Address address, InitiatorBuilder builder = {}, ConduitMode mode = ConduitMode::bare) {
  builder.service(std::string{S::service_name});
  auto session = co_await connect_session(address, builder, mode);
  if (!session) co_return std::unexpected(std::move(session.error()));
  co_return Client<S>{std::move(session->root)};
}

// Serves the dispatcher on every link that the listener accepts, until the listener is closed.
template <DeclaredService S>
[[nodiscard]] boost::asio::awaitable<link::LinkEnd> serve(link::Listener& listener,
                                                          std::shared_ptr<Dispatcher<S>> dispatcher,
                                                          AcceptorBuilder builder = {}) {
  builder.service(std::string{S::service_name}).on_connection(std::move(dispatcher));
  return serve(listener, std::move(builder));
}

}  // namespace vox::net
