#pragma once
#include "impl/link/listener.hpp"

namespace vox::link {

// The parts of listener.hpp for Unix sockets.
// r[impl transport.stream.local]
[[nodiscard]] boost::asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>>
connect_local(Address const& address, LinkOptions options);

// Holds an exclusive lock on `<path>.lock` while it listens and removes the socket file at its end;
// the lock file stays, since removing it would let two servers hold a lock each. Refuses a path at
// which another server answers, and one that is no socket.
[[nodiscard]] std::expected<std::unique_ptr<Listener>, std::string> listen_local(
    boost::asio::any_io_executor const& executor, Address const& address, LinkOptions options);

}  // namespace vox::link
