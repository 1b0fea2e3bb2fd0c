#pragma once
#include "spec/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

namespace vox::net {

// Waits for a while; a test may only take note of how long.
using Pause = std::function<boost::asio::awaitable<void>(Duration)>;

[[nodiscard]] inline boost::asio::awaitable<void> pause_for(Duration duration) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer{executor, duration};
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace vox::net
