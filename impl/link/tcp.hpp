#pragma once
#include "impl/link/listener.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace vox::link {

// The parts of listener.hpp that TCP and WebSocket share. A name is looked up with the system's
// resolver; every address it gives is tried in turn. A lookup that takes too long is left behind:
// it keeps a thread, and the context running, until the system gives up.
[[nodiscard]] boost::asio::awaitable<std::expected<boost::asio::ip::tcp::socket, std::string>>
connect_tcp_socket(Address const& address);

// Bound to the first address of the name that can be bound, with SO_REUSEADDR.
[[nodiscard]] std::expected<boost::asio::ip::tcp::acceptor, std::string> bind_tcp(
    boost::asio::any_io_executor const& executor, Address const& address);

[[nodiscard]] boost::asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>> connect_tcp(
    Address const& address, LinkOptions options);

[[nodiscard]] std::expected<std::unique_ptr<Listener>, std::string> listen_tcp(
    boost::asio::any_io_executor const& executor, Address const& address, LinkOptions options);

}  // namespace vox::link
