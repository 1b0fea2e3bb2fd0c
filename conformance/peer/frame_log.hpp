#pragma once
#include "conformance/trace/frame_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {

// The frames of one case, in the order in which the judge sent them and looked at them. What came
// early keeps the time at which it came. Of very many frames the first and the last ones are kept.
class FrameLog {
 public:
  using Clock = std::chrono::steady_clock;

  // Of each end. The largest burst of a case is about a thousand frames there and back.
  static constexpr std::size_t kept_frames_max = 1024;
  static constexpr std::size_t kept_bytes_max = std::size_t{4} << 20;

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
    auto const bytes = record.bytes.size();
    auto const index = first_.size() + dropped_ + last_.size();
    if (last_.empty() && dropped_ == 0 && first_.size() < kept_frames_max &&
        first_bytes_ + bytes <= kept_bytes_max) {
      first_bytes_ += bytes;
      first_.push_back(std::move(record));
      return index;
    }
    last_bytes_ += bytes;
    last_.push_back(std::move(record));
    // The newest stays, however large it is: it may be the one that decides.
    while (last_.size() > kept_frames_max || (last_bytes_ > kept_bytes_max && last_.size() > 1)) {
      last_bytes_ -= last_.front().bytes.size();
      last_.pop_front();
      ++dropped_;
    }
    return index;
  }
  // The current step is the one that the frame is for, though it was looked at before.
  void claim(std::size_t index) {
    if (auto* const record = at(index)) record->step = step_;
  }

  // Says of a frame that it never went out.
  void mark_unsent(std::size_t index, std::string const& why) {
    if (auto* const record = at(index)) record->problem = "not sent: " + why;
  }

  // How many frames were not kept, and how many of those that are kept came before them.
  [[nodiscard]] std::size_t dropped() const { return dropped_; }
  [[nodiscard]] std::size_t dropped_before() const { return dropped_ == 0 ? 0 : first_.size(); }

  [[nodiscard]] std::vector<FrameRecord> take() {
    auto records = std::move(first_);
    records.insert(records.end(), std::make_move_iterator(last_.begin()),
                   std::make_move_iterator(last_.end()));
    last_.clear();
    return records;
  }

 private:
  // Null for a frame that was not kept.
  [[nodiscard]] FrameRecord* at(std::size_t index) {
    if (index < first_.size()) return &first_[index];
    auto const skipped = first_.size() + dropped_;
    return index < skipped ? nullptr : &last_.at(index - skipped);
  }

  Clock::time_point began_ = Clock::now();
  std::string step_;
  std::vector<FrameRecord> first_;
  std::deque<FrameRecord> last_;
  std::size_t first_bytes_ = 0;
  std::size_t last_bytes_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace voxspec
