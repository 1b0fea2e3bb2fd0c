#pragma once
#include "impl/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <expected>
#include <memory>
#include <string>

namespace vox::link {

// Links over byte streams, where every payload is preceded by its length in four little-endian
// bytes. Both functions take over the descriptors, also when they fail, and put them into
// non-blocking mode; the error is one sentence.
// r[impl transport.stream] r[impl transport.stream.kinds]

// A connected stream socket, TCP (with TCP_NODELAY set) or Unix, from either side or a socketpair.
[[nodiscard]] std::expected<std::unique_ptr<Link>, std::string> adopt_socket(
    boost::asio::any_io_executor const& executor, int socket, LinkOptions options = {});

// The same for a socket of Asio's, TCP or Unix.
template <class Socket>
[[nodiscard]] std::expected<std::unique_ptr<Link>, std::string> adopt_socket(
    boost::asio::any_io_executor const& executor, Socket socket, LinkOptions options) {
  boost::system::error_code ec;
  int const descriptor = socket.release(ec);
  if (ec) return std::unexpected("the socket cannot be taken over: " + ec.message());
  return adopt_socket(executor, descriptor, options);
}

// A pair of descriptors to read from and to write to, as a child's standard output and input are;
// `name` is what describe() says. Pipes know no reset: abort() closes. A write to a pipe that
// nobody reads raises SIGPIPE, so this sets the process to ignore that signal.
[[nodiscard]] std::expected<std::unique_ptr<Link>, std::string> adopt_pipes(
    boost::asio::any_io_executor const& executor, int readable, int writable, std::string name,
    LinkOptions options = {});

}  // namespace vox::link
