#include "impl/link/tcp.hpp"

#include "impl/link/socket_listener.hpp"
#include "impl/link/stream_link.hpp"

#include <boost/asio/connect.hpp>

#include <vector>

namespace vox::link {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::unexpected<std::string> cannot(std::string const& what, Address const& address,
                                    error_code ec) {
  return std::unexpected("cannot " + what + " " + to_string(address) + ": " + ec.message());
}

}  // namespace

asio::awaitable<std::expected<tcp::socket, std::string>> connect_tcp_socket(
    Address const& address) {
  auto const executor = co_await asio::this_coro::executor;
  std::vector<tcp::endpoint> endpoints;
  error_code ec;
  auto const numeric = asio::ip::make_address(address.host, ec);
  if (!ec) {
    endpoints.emplace_back(numeric, address.port);
  } else {
    tcp::resolver resolver{executor};
    auto const [failed, found] = co_await resolver.async_resolve(
        address.host, std::to_string(address.port), asio::as_tuple(asio::use_awaitable));
    if (failed) co_return cannot("look up", address, failed);
    endpoints.assign(found.begin(), found.end());
  }
  tcp::socket socket{executor};
  auto const [failed, reached] =
      co_await asio::async_connect(socket, endpoints, asio::as_tuple(asio::use_awaitable));
  if (failed) co_return cannot("connect to", address, failed);
  co_return socket;
}

std::expected<tcp::acceptor, std::string> bind_tcp(asio::any_io_executor const& executor,
                                                   Address const& address) {
  error_code ec;
  tcp::resolver resolver{executor};
  auto const found =
      resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, ec);
  if (ec) return cannot("look up", address, ec);
  for (tcp::endpoint const endpoint : found) {
    tcp::acceptor acceptor{executor};
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(asio::socket_base::reuse_address{true}, ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec) return acceptor;
  }
  return cannot("listen on", address, ec);
}

asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>> connect_tcp(
    Address const& address, LinkOptions options) {
  auto socket = co_await connect_tcp_socket(address);
  if (!socket) co_return std::unexpected(std::move(socket.error()));
  auto const executor = socket->get_executor();
  co_return adopt_socket(executor, socket->release(), options);
}

std::expected<std::unique_ptr<Listener>, std::string> listen_tcp(
    asio::any_io_executor const& executor, Address const& address, LinkOptions options) {
  auto acceptor = bind_tcp(executor, address);
  if (!acceptor) return std::unexpected(std::move(acceptor.error()));
  auto bound = address;
  bound.port = acceptor->local_endpoint().port();
  auto make_link = [executor, options](tcp::socket socket) {
    return adopt_socket(executor, socket.release(), options);
  };
  return std::make_unique<SocketListener<tcp>>(std::move(*acceptor), std::move(bound), make_link);
}

}  // namespace vox::link
