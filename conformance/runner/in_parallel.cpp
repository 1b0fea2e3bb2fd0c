#include "conformance/runner/in_parallel.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace voxspec {

void in_parallel(std::size_t begin, std::size_t end, std::size_t threads,
                 std::function<void(std::size_t)> const& work) {
  std::atomic<std::size_t> next = begin;
  auto const run = [&] {
    for (auto at = next++; at < end; at = next++)
      work(at);
  };
  auto const count = std::min(threads, end - begin);
  std::vector<std::jthread> workers;
  try {
    for (std::size_t i = 1; i < count; ++i)
      workers.emplace_back(run);
  } catch (std::system_error const&) {  // NOLINT(bugprone-empty-catch)
    // The machine gives no more threads; those that there are do it all.
  }
  run();
}

}  // namespace voxspec
