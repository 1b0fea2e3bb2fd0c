#pragma once
#include <chrono>

namespace vox {

// A clock without now(): protocol code can compare and add times but cannot read one. The time
// comes in as an argument, so that a test, a replay and a fuzzer all decide what it is.
struct ProtocolClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<ProtocolClock>;
  static constexpr bool is_steady = true;
};
using TimePoint = ProtocolClock::time_point;
using Duration = ProtocolClock::duration;

}  // namespace vox
