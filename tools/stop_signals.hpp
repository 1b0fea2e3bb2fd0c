#pragma once
#include <atomic>
#include <csignal>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace voxspec {

// While it lives, SIGINT, SIGTERM and SIGHUP ask for a stop instead of ending this process, so that
// what was judged is reported and what was started is ended. A second signal ends the process at
// once, unless it comes so soon that it is the same wish, sent to a process and to its group. A
// signal that is ignored, as nohup does with SIGHUP, stays ignored. To be made before any thread
// that is to leave the signals alone, which a thread does whose maker blocks them.
class StopSignals {
 public:
  StopSignals();
  StopSignals(StopSignals const&) = delete;
  StopSignals(StopSignals&&) = delete;
  StopSignals& operator=(StopSignals const&) = delete;
  StopSignals& operator=(StopSignals&&) = delete;
  ~StopSignals();

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  // "SIGINT"; nothing if none came.
  [[nodiscard]] std::optional<std::string> received() const;

 private:
  void wait(std::stop_token const& over);

  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source source_;
  std::atomic<int> received_ = 0;
  std::jthread waiter_;  // last, because it uses all others
};

}  // namespace voxspec
