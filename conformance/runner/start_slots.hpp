#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace voxspec {

// Lets only so many subjects start at a time: starting is what costs most, and subjects that start
// all at once would each take as long as all of them.
class StartSlots {
 public:
  // Left out, two a core: one that computes while another waits for the disk.
  explicit StartSlots(std::size_t slots = std::max(4uz, 2uz * std::thread::hardware_concurrency()))
      : free_{slots} {}
  StartSlots(StartSlots const&) = delete;
  StartSlots(StartSlots&&) = delete;
  StartSlots& operator=(StartSlots const&) = delete;
  StartSlots& operator=(StartSlots&&) = delete;
  ~StartSlots() = default;

  // One slot, given back with this object, which must not outlive the slots.
  class Slot {
   public:
    explicit Slot(StartSlots& of) : of_{of} {}
    Slot(Slot const&) = delete;
    Slot(Slot&&) = delete;
    Slot& operator=(Slot const&) = delete;
    Slot& operator=(Slot&&) = delete;
    ~Slot() { of_.give_back(); }

   private:
    StartSlots& of_;
  };

  // Waits for a slot; null if the stop was requested first.
  [[nodiscard]] std::unique_ptr<Slot> take(std::stop_token const& stop) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait(lock, stop, [this] { return free_ > 0; })) return nullptr;
    --free_;
    return std::make_unique<Slot>(*this);
  }

 private:
  void give_back() {
    {
      std::scoped_lock const lock{mutex_};
      ++free_;
    }
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t free_;
};

}  // namespace voxspec
