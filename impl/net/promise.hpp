#pragma once
#include "impl/link/condition.hpp"

#include <optional>
#include <utility>

namespace vox::net {

// One value that comes later, for the coroutines of one executor that wait for it. The first value
// counts.
template <class T>
class Promise {
 public:
  explicit Promise(boost::asio::any_io_executor const& executor) : changed_{executor} {}

  void set(T value) {
    if (value_) return;
    value_.emplace(std::move(value));
    changed_.notify();
  }
  [[nodiscard]] bool is_set() const { return value_.has_value(); }
  // Whoever waits keeps the promise alive meanwhile.
  boost::asio::awaitable<T> get() {
    co_await changed_.until([this] { return value_.has_value(); });
    co_return *value_;
  }
  // The same for the only one who waits, who takes the value then.
  boost::asio::awaitable<void> ready() {
    return changed_.until([this] { return value_.has_value(); });
  }
  [[nodiscard]] T take() { return std::move(*value_); }

 private:
  link::Condition changed_;
  std::optional<T> value_;
};

}  // namespace vox::net
