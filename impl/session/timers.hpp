#pragma once
#include "spec/clock.hpp"

#include <boost/describe/enum.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace vox::session {

// The deadlines of a session.
enum class Timer : std::uint8_t {
  keepalive,  // when to send the next Ping, or to give up on a Pong
  recovery,   // when to give up on the recoverer
  resume,     // when to give up on being resumed
  stall,      // when to give up on a conduit that takes nothing of what we owe
};
BOOST_DESCRIBE_ENUM(Timer, keepalive, recovery, resume, stall)

// `from` plus `by`, or the end of the clock if that is earlier.
[[nodiscard]] constexpr TimePoint later(TimePoint from, Duration by) {
  return by > TimePoint::max() - from ? TimePoint::max() : from + by;
}

// When each timer is to go off, if it is set.
class Timers {
 public:
  void set(Timer timer, std::optional<TimePoint> at) { at_[std::to_underlying(timer)] = at; }
  void clear() { at_ = {}; }
  [[nodiscard]] bool is_set(Timer timer) const {
    return at_[std::to_underlying(timer)].has_value();
  }
  [[nodiscard]] bool is_due(Timer timer, TimePoint now) const {
    auto const& at = at_[std::to_underlying(timer)];
    return at && now >= *at;
  }
  // The earliest of those that are set.
  [[nodiscard]] std::optional<TimePoint> earliest() const {
    std::optional<TimePoint> first;
    for (auto const& at : at_) {
      if (at && (!first || *at < *first)) first = at;
    }
    return first;
  }

 private:
  std::array<std::optional<TimePoint>, 4> at_{};
};

}  // namespace vox::session
