#pragma once
#include "impl/link/condition.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace vox::link {

// What the work gave, or nothing if it did not finish in time and was cancelled. A result that
// comes in the very moment the time runs out is kept; `work || timer` would drop it. What the work
// throws of its own accord goes through, and so does a cancellation from outside.
template <class T>
boost::asio::awaitable<std::optional<T>> within(std::chrono::steady_clock::duration patience,
                                                boost::asio::awaitable<T> work) {
  auto const executor = co_await boost::asio::this_coro::executor;
  std::optional<T> result;
  auto keep = [&]() -> boost::asio::awaitable<void> { result.emplace(co_await std::move(work)); };
  boost::asio::steady_timer timer{executor, patience};
  auto race = boost::asio::experimental::make_parallel_group(
      boost::asio::co_spawn(executor, keep(), boost::asio::deferred),
      timer.async_wait(boost::asio::deferred));
  auto const [order, thrown, timer_error] = co_await race.async_wait(
      boost::asio::experimental::wait_for_one(), boost::asio::use_awaitable);
  if (result) co_return result;
  auto const cancellation = co_await boost::asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != boost::asio::cancellation_type::none) throw_cancelled();
  if (thrown && order[0] == 0) std::rethrow_exception(thrown);
  co_return std::nullopt;
}

}  // namespace vox::link
