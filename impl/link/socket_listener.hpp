#pragma once
#include "impl/link/condition.hpp"
#include "impl/link/listener.hpp"
#include "impl/link/transport_end.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
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
        make_link_{std::move(make_link)},
        pause_{acceptor_.get_executor()} {}

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
      if (auto link = make_link()) co_return std::move(link);
    }
  }

  [[nodiscard]] Address address() const override { return address_; }

  void close() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    accepted_.reset();
  }

 private:
  // An accepted socket stays in accepted_ when the wait for it was cancelled.
  boost::asio::awaitable<void> wait_for_socket() {
    namespace asio = boost::asio;
    Socket socket{acceptor_.get_executor()};
    auto const [ec] = co_await acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    auto const cancellation = co_await asio::this_coro::cancellation_state;
    if (!ec) {
      accepted_.emplace(std::move(socket));
      pause_time_ = pause_time_min;
    }
    if (cancellation.cancelled() != asio::cancellation_type::none) throw_cancelled();
    if (!ec || ec == asio::error::operation_aborted) co_return;
    auto const failure = accept_failure(ec);
    if (failure == AcceptFailure::lasting) failure_ = ec;
    if (failure != AcceptFailure::shortage) co_return;
    pause_.expires_after(pause_time_);
    pause_time_ = std::min(2 * pause_time_, pause_time_max);
    tell_busy(ec.message());
    if (!acceptor_.is_open()) co_return;
    co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    auto const while_paused = co_await asio::this_coro::cancellation_state;
    if (while_paused.cancelled() != asio::cancellation_type::none) throw_cancelled();
  }

  // Nothing if the peer left before its socket became a link, or if there is no room for the link:
  // somebody else may still come.
  std::unique_ptr<Link> make_link() noexcept {
    try {
      auto link = make_link_(std::move(*accepted_));
      accepted_.reset();
      if (link) return std::move(*link);
      tell_busy(link.error());
    } catch (std::exception const& exception) {
      accepted_.reset();
      tell_busy(exception.what());
    }
    return nullptr;
  }

  static constexpr std::chrono::milliseconds pause_time_min{10};
  static constexpr std::chrono::milliseconds pause_time_max{1000};

  Acceptor acceptor_;
  Address address_;
  MakeLink make_link_;
  std::optional<Socket> accepted_;
  boost::system::error_code failure_;
  boost::asio::steady_timer pause_;  // while descriptors or memory are short
  std::chrono::milliseconds pause_time_ = pause_time_min;
};

}  // namespace vox::link
