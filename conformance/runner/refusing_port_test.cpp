#include "conformance/runner/refusing_port.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/steady_timer.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <optional>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using voxspec::RefusingPort;

tcp::endpoint const any_port{asio::ip::address_v4::loopback(), 0};

// What came of hold(), on a context that runs until there is an answer.
std::optional<boost::system::error_code> hold(asio::io_context& context, RefusingPort& port) {
  std::optional<boost::system::error_code> outcome;
  asio::co_spawn(context, port.hold(),
                 [&](std::exception_ptr const&, boost::system::error_code ec) { outcome = ec; });
  context.restart();
  context.run_for(std::chrono::seconds{20});
  return outcome;
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("a port that is held refuses who dials it, and is nobody else's") {
  asio::io_context context;
  tcp::acceptor listener{context, any_port};
  auto const there = listener.local_endpoint();
  listener.close();
  RefusingPort port{context.get_executor(), there.port()};
  CHECK(hold(context, port) == boost::system::error_code{});
  boost::system::error_code ec;
  tcp::socket dialling{context};
  dialling.connect(there, ec);
  CHECK(ec == asio::error::connection_refused);
  tcp::acceptor other{context};
  other.open(tcp::v4());
  other.bind(there, ec);
  CHECK(ec == asio::error::address_in_use);
}

TEST_CASE("a port is held once the last copy of its listener is gone") {
  asio::io_context context;
  tcp::acceptor listener{context, any_port};
  RefusingPort port{context.get_executor(), listener.local_endpoint().port()};
  asio::steady_timer timer{context, std::chrono::milliseconds{20}};
  bool was_held = false;
  timer.async_wait([&](boost::system::error_code) { listener.close(); });
  asio::co_spawn(context, port.hold(),
                 [&](std::exception_ptr const&, boost::system::error_code ec) {
                   was_held = !ec && !listener.is_open();
                 });
  context.run_for(std::chrono::seconds{20});
  CHECK(was_held);
}

}  // namespace
