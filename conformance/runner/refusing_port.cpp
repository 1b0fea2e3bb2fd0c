#include "conformance/runner/refusing_port.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace voxspec {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds pause{1};
constexpr int attempts_max = 2000;

}  // namespace

asio::awaitable<boost::system::error_code> RefusingPort::hold() {
  asio::steady_timer timer{socket_.get_executor()};
  auto ec = bind();
  for (int attempt = 1; ec && attempt < attempts_max; ++attempt) {
    timer.expires_after(pause);
    co_await timer.async_wait(asio::use_awaitable);
    ec = bind();
  }
  co_return ec;
}

boost::system::error_code RefusingPort::bind() {
  boost::system::error_code ec;
  if (!socket_.is_open()) socket_.open(tcp::v4(), ec);
  if (!ec) socket_.set_option(asio::socket_base::reuse_address{true}, ec);
  if (!ec) socket_.bind({asio::ip::address_v4::loopback(), number_}, ec);
  return ec;
}

}  // namespace voxspec
