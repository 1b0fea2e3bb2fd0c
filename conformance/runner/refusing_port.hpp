#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>

namespace voxspec {

// A TCP port of 127.0.0.1 at which nobody listens: who dials it is refused. As long as this lives
// the system gives the port to nobody else, and a listener of ours can take it again.
class RefusingPort {
 public:
  // Where the port cannot be held, whoever listens there again hears why.
  RefusingPort(boost::asio::any_io_executor const& executor, std::uint16_t port)
      : socket_{executor}, number_{port} {
    using boost::asio::ip::tcp;
    boost::system::error_code ec;
    socket_.open(tcp::v4(), ec);
    if (!ec) socket_.set_option(boost::asio::socket_base::reuse_address{true}, ec);
    if (!ec) socket_.bind({boost::asio::ip::address_v4::loopback(), port}, ec);
  }

  [[nodiscard]] std::uint16_t number() const { return number_; }

 private:
  boost::asio::ip::tcp::socket socket_;
  std::uint16_t number_;
};

}  // namespace voxspec
