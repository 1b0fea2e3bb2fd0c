#pragma once
#include "conformance/trace/frame_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {

// The frames of one case, in the order in which the judge sent them and looked at them. What came
// early keeps the time at which it came.
class FrameLog {
 public:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::uint64_t microseconds(Clock::time_point at = Clock::now()) const {
    auto const since = std::chrono::duration_cast<std::chrono::microseconds>(at - began_);
    return static_cast<std::uint64_t>(since.count());
  }

  // The step that frames belong to from now on.
  void begin_step(std::string pointer) { step_ = std::move(pointer); }
  [[nodiscard]] std::string const& step() const { return step_; }

  // Adds a frame to the current step and gives its index.
  std::size_t add(FrameRecord record) {
    record.step = step_;
    records_.push_back(std::move(record));
    return records_.size() - 1;
  }
  // The current step is the one that the frame is for, though it was looked at before.
  void claim(std::size_t index) { records_.at(index).step = step_; }

  // Says of a frame that it never went out.
  void mark_unsent(std::size_t index, std::string const& why) {
    records_.at(index).problem = "not sent: " + why;
  }

  [[nodiscard]] std::vector<FrameRecord> take() { return std::move(records_); }

 private:
  Clock::time_point began_ = Clock::now();
  std::string step_;
  std::vector<FrameRecord> records_;
};

}  // namespace voxspec
