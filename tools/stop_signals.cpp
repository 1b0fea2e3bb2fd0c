#include "tools/stop_signals.hpp"

#include "tools/tool.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <system_error>
#include <unistd.h>

namespace voxspec {
namespace {

constexpr std::array ends{SIGINT, SIGTERM, SIGHUP};
// How often the waiter looks whether it is still needed; a signal wakes it at once.
constexpr timespec glance{.tv_sec = 0, .tv_nsec = 50'000'000};

// Who ends a process often signals it and its group, so that one wish comes as two signals.
constexpr std::chrono::milliseconds same_wish{300};

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignals::StopSignals() {
  ::sigemptyset(&signals_);
  for (int const signal : ends) {
    if (!is_ignored(signal)) ::sigaddset(&signals_, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  try {
    waiter_ = std::jthread{[this](std::stop_token const& over) { wait(over); }};
  } catch (std::system_error const&) {
    // Without a thread more there is nobody to wait for signals, so they do what they always do.
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
}

StopSignals::~StopSignals() {
  waiter_.request_stop();
  if (waiter_.joinable()) waiter_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::wait(std::stop_token const& over) {
  std::chrono::steady_clock::time_point first;
  while (!over.stop_requested()) {
    int const signal = ::sigtimedwait(&signals_, nullptr, &glance);
    if (signal <= 0) continue;
    auto const now = std::chrono::steady_clock::now();
    if (received_ != 0 && now - first < same_wish) continue;
    if (received_ != 0) ::_exit(exit_stopped);
    first = now;
    received_ = signal;
    source_.request_stop();
  }
}

std::optional<std::string> StopSignals::received() const {
  switch (received_) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return std::nullopt;
  }
}

}  // namespace voxspec
