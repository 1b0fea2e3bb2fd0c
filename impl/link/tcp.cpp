#include "impl/link/tcp.hpp"

#include "impl/link/condition.hpp"
#include "impl/link/socket_listener.hpp"
#include "impl/link/stream_link.hpp"

#include <boost/asio/connect.hpp>

#include <memory>
#include <string>
#include <utility>
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

// The system's resolver cannot be interrupted; whoever waits for it can, and leaves it behind.
struct Lookup : std::enable_shared_from_this<Lookup> {
  explicit Lookup(asio::any_io_executor const& executor) : resolver{executor}, changed{executor} {}

  void begin(Address const& address) {
    resolver.async_resolve(
        address.host, std::to_string(address.port),
        [self = shared_from_this()](error_code ec, tcp::resolver::results_type results) {
          self->is_done = true;
          self->failure = ec;
          self->found = std::move(results);
          self->changed.notify();
        });
  }

  tcp::resolver resolver;
  Condition changed;
  bool is_done = false;
  error_code failure;
  tcp::resolver::results_type found;
};

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
    auto const lookup = std::make_shared<Lookup>(executor);
    lookup->begin(address);
    co_await lookup->changed.until([&] { return lookup->is_done; });
    if (lookup->failure) co_return cannot("look up", address, lookup->failure);
    endpoints.assign(lookup->found.begin(), lookup->found.end());
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
  std::vector<tcp::endpoint> endpoints;
  if (auto const numeric = asio::ip::make_address(address.host, ec); !ec) {
    endpoints.emplace_back(numeric, address.port);
  } else {
    tcp::resolver resolver{executor};
    auto const found =
        resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, ec);
    if (ec) return cannot("look up", address, ec);
    endpoints.assign(found.begin(), found.end());
  }
  for (auto const& endpoint : endpoints) {
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
  auto link = adopt_socket(executor, *std::move(socket), options);
  if (!link)
    co_return std::unexpected("cannot connect to " + to_string(address) + ": " + link.error());
  co_return std::move(*link);
}

std::expected<std::unique_ptr<Listener>, std::string> listen_tcp(
    asio::any_io_executor const& executor, Address const& address, LinkOptions options) {
  auto acceptor = bind_tcp(executor, address);
  if (!acceptor) return std::unexpected(std::move(acceptor.error()));
  auto bound = address;
  error_code ec;
  bound.port = acceptor->local_endpoint(ec).port();
  if (ec) return cannot("listen on", address, ec);
  auto make_link = [executor, options](tcp::socket socket) {
    return adopt_socket(executor, std::move(socket), options);
  };
  return std::make_unique<SocketListener<tcp>>(std::move(*acceptor), std::move(bound), make_link);
}

}  // namespace vox::link
