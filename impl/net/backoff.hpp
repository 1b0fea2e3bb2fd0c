#pragma once
#include "spec/clock.hpp"

#include <algorithm>
#include <chrono>

namespace vox::net {

// How long to wait before each next attempt: twice as long as before, up to a bound. It waits for
// nothing itself.
// r[impl core.B1]
class Backoff {
 public:
  static constexpr Duration first = std::chrono::milliseconds{100};
  static constexpr Duration longest = std::chrono::seconds{5};

  [[nodiscard]] Duration next() {
    auto const wait = next_;
    next_ = std::min(2 * next_, longest);
    return wait;
  }

 private:
  Duration next_ = first;
};

}  // namespace vox::net
