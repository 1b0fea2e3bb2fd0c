#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace voxspec {

// What the process of a subject took of the machine in one case. It is an observation: no text says
// how much a message may cost, but one of five bytes that costs a gigabyte is worth a look.
struct ProcessCost {
  // Resident at its largest, with the programs that it started and that still ran at the end of the
  // case; none if it had ended by itself.
  std::optional<std::uint64_t> memory_kib;
  // In user and kernel mode, with the programs that it started and waited for.
  std::chrono::microseconds processor{};

  // Of the process that took its place.
  void add(ProcessCost const& later) {
    if (later.memory_kib) memory_kib = std::max(memory_kib.value_or(0), *later.memory_kib);
    processor += later.processor;
  }
};

// The largest that a running process was, and those that it started; none if there is no such.
[[nodiscard]] std::optional<std::uint64_t> peak_memory_kib(pid_t pid);

// The time for which the threads of a running process, and of those that it started, had a
// processor or waited for one. None if there is no such process, or the system keeps no such count.
[[nodiscard]] std::optional<std::chrono::nanoseconds> busy_time(pid_t pid);

}  // namespace voxspec
