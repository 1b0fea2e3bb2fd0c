#pragma once
#include "spec/clock.hpp"

#include <chrono>

namespace vox::net {

// The one place where the protocol's time comes from a real clock.
[[nodiscard]] inline TimePoint steady_now() {
  auto const since = std::chrono::steady_clock::now().time_since_epoch();
  return TimePoint{std::chrono::duration_cast<Duration>(since)};
}

// The same moment for a timer of this process.
[[nodiscard]] inline std::chrono::steady_clock::time_point to_steady(TimePoint time) {
  return std::chrono::steady_clock::time_point{time.time_since_epoch()};
}

}  // namespace vox::net
