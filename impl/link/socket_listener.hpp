#pragma once
#include "impl/link/condition.hpp"
#include "impl/link/listener.hpp"
#include "impl/link/transport_end.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace vox::link {

// A listener over one bound acceptor. Protocol is Asio's: tcp or local. What differs between
// transports is how an accepted socket becomes a link.
template <class Protocol>
class SocketListener : public Listener {
 public:
  using Socket = typename Protocol::socket;
  using Acceptor = typename Protocol::acceptor;
  using MakeLink = std::function<std::expected<std::unique_ptr<Link>, std::string>(Socket)>;

  SocketListener(Acceptor acceptor, Address address, MakeLink make_link)
      : acceptor_{std::move(acceptor)},
        address_{std::move(address)},
        make_link_{std::move(make_link)} {}

  boost::asio::awaitable<std::expected<std::unique_ptr<Link>, LinkEnd>> accept() override {
    for (;;) {
      if (!acceptor_.is_open()) {
        co_return std::unexpected(stopped("the listener was closed"));
      }
      if (!accepted_) co_await wait_for_socket();
      if (failure_) {
        co_return std::unexpected(transport_end(std::exchange(failure_, {})));
      }
      if (!accepted_) continue;
      auto link = make_link_(std::move(*accepted_));
      accepted_.reset();
      if (link) co_return std::move(*link);
      // The peer left before its socket became a link; somebody else may still come.
    }
  }

  [[nodiscard]] Address address() const override { return address_; }

  void close() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accepted_.reset();
  }

 private:
  // An accepted socket stays in accepted_ when the wait for it was cancelled.
  boost::asio::awaitable<void> wait_for_socket() {
    namespace asio = boost::asio;
    Socket socket{acceptor_.get_executor()};
    auto const [ec] = co_await acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    bool const harmless =
        ec == asio::error::operation_aborted || ec == asio::error::connection_aborted;
    if (!ec) accepted_.emplace(std::move(socket));
    if (ec && !harmless) failure_ = ec;
    auto const cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) throw_cancelled();
  }

  Acceptor acceptor_;
  Address address_;
  MakeLink make_link_;
  std::optional<Socket> accepted_;
  boost::system::error_code failure_;
};

}  // namespace vox::link
