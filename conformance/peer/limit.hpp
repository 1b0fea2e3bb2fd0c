#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace voxspec {

// What the work gave, or nothing if it did not finish within `patience`, or before the stop was
// requested, and was cancelled. The stop may be requested on any thread. What the work throws of
// its own accord goes through. `patience` should be no more than a few days.
template <class T>
boost::asio::awaitable<std::optional<T>> within_limit(std::chrono::steady_clock::duration patience,
                                                      std::stop_token stop,
                                                      boost::asio::awaitable<T> work) {
  using boost::asio::steady_timer;
  auto const executor = co_await boost::asio::this_coro::executor;
  std::optional<T> result;
  auto keep = [&]() -> boost::asio::awaitable<void> { result.emplace(co_await std::move(work)); };
  // Shared, because what the stop has posted may run after the work is done.
  auto const timer = std::make_shared<steady_timer>(executor, patience);
  auto const end_now = [timer] { timer->expires_at(steady_timer::time_point::min()); };
  std::stop_callback const on_stop{std::move(stop),
                                   [executor, end_now] { boost::asio::post(executor, end_now); }};
  auto race = boost::asio::experimental::make_parallel_group(
      boost::asio::co_spawn(executor, keep(), boost::asio::deferred),
      timer->async_wait(boost::asio::deferred));
  auto const [order, thrown, timer_error] = co_await race.async_wait(
      boost::asio::experimental::wait_for_one(), boost::asio::use_awaitable);
  if (!result && thrown && order[0] == 0) std::rethrow_exception(thrown);
  co_return result;
}

}  // namespace voxspec
