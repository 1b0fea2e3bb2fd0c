#pragma once
#include "impl/session/event.hpp"
#include "impl/session/ring.hpp"
#include "spec/limits.hpp"

#include <cstddef>
#include <utility>

namespace vox::session {

// The events that the application has not polled, and how many bytes they keep alive.
class EventQueue {
 public:
  explicit EventQueue(Limits const& limits)
      : count_max_{limits.events_max}, bytes_max_{limits.event_bytes_max} {}

  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] bool is_full() const {
    return events_.size() >= count_max_ || bytes_ >= bytes_max_;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // `bytes` are what the event keeps alive besides itself.
  void put(Event event, std::size_t bytes) {
    auto& entry = events_.push();
    entry.event = std::move(event);
    entry.bytes = sizeof(Event) + bytes;
    bytes_ += entry.bytes;
  }
  [[nodiscard]] Event take() {
    auto& entry = events_.front();
    bytes_ -= entry.bytes;
    auto event = std::exchange(entry.event, Event{});  // Lets go of the backing that it shares.
    events_.pop();
    return event;
  }

 private:
  struct Entry {
    Event event;
    std::size_t bytes = 0;
  };

  std::size_t count_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Ring<Entry> events_;
};

}  // namespace vox::session
