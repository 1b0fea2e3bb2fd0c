#pragma once
#include "impl/link/listener.hpp"

namespace vox::link {

// The parts of listener.hpp for WebSockets: every payload is one binary message. A text message
// ends the link. No subprotocol and no path is asked for; no compression is offered. r[impl
// transport.websocket]
[[nodiscard]] boost::asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>>
connect_websocket(Address const& address, LinkOptions options);

[[nodiscard]] std::expected<std::unique_ptr<Listener>, std::string> listen_websocket(
    boost::asio::any_io_executor const& executor, Address const& address, LinkOptions options);

}  // namespace vox::link
