#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>

namespace voxspec {

// A TCP port of 127.0.0.1 on which nobody listens, and which nobody else gets as long as this
// lives: who dials it is refused.
class RefusingPort {
 public:
  RefusingPort(boost::asio::any_io_executor const& executor, std::uint16_t port)
      : socket_{executor}, number_{port} {}

  // Takes the port, once whoever listens there has closed its socket. A process that was just
  // forked has a copy of that until it runs its own program, which is why this may take a moment.
  // The error is that of the last attempt, after two seconds.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> hold();
  [[nodiscard]] std::uint16_t number() const { return number_; }

 private:
  [[nodiscard]] boost::system::error_code bind();

  boost::asio::ip::tcp::socket socket_;
  std::uint16_t number_;
};

}  // namespace voxspec
