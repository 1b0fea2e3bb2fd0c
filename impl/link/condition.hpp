#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <concepts>
#include <utility>

namespace vox::link {

[[noreturn]] inline void throw_cancelled() {
  throw boost::system::system_error{boost::asio::error::operation_aborted};
}

// Lets coroutines of one executor wait until a predicate holds. It has no state of its own: whoever
// changes what a predicate depends on calls notify(), and those who wait evaluate it again.
class Condition {
 public:
  explicit Condition(boost::asio::any_io_executor const& executor)
      : timer_{executor, std::chrono::steady_clock::time_point::max()} {}

  void notify() { timer_.cancel(); }

  // Returns once the condition holds. A cancelled wait throws operation_aborted even if the
  // condition came to hold meanwhile, so that a caller takes nothing that its own caller would
  // throw away.
  template <std::predicate Holds>
  boost::asio::awaitable<void> until(Holds holds) {
    while (!holds()) {
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      auto const cancellation = co_await boost::asio::this_coro::cancellation_state;
      if (cancellation.cancelled() != boost::asio::cancellation_type::none) throw_cancelled();
    }
  }

 private:
  boost::asio::steady_timer timer_;  // never expires; cancelling it wakes all who wait
};

}  // namespace vox::link
