#include "conformance/runner/process_cost.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace voxspec {
namespace {

// A wrapper starts a script, which starts the program; more is nobody's way to start a subject.
constexpr int generations_max = 4;

// Of the line "VmHWM:     9120 kB".
std::optional<std::uint64_t> kilobytes(std::string_view line) {
  auto const digit = line.find_first_of("0123456789");
  if (digit == std::string_view::npos) return std::nullopt;
  std::uint64_t count = 0;
  auto const [_, error] = std::from_chars(line.data() + digit, line.data() + line.size(), count);
  return error == std::errc{} ? std::optional{count} : std::nullopt;
}

std::optional<std::uint64_t> own_peak(std::string const& folder) {
  std::ifstream file{folder + "/status"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return kilobytes(line);
  }
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> own_busy_time(std::string const& folder) {
  std::optional<std::chrono::nanoseconds> sum;
  std::error_code error;
  for (std::filesystem::directory_iterator thread{folder + "/task", error}, end;
       !error && thread != end; thread.increment(error)) {
    std::chrono::nanoseconds::rep ran = 0;
    std::chrono::nanoseconds::rep waited = 0;
    if (std::ifstream{thread->path() / "schedstat"} >> ran >> waited)
      sum = sum.value_or(std::chrono::nanoseconds{}) + std::chrono::nanoseconds{ran + waited};
  }
  return sum;
}

// Of the process and those that it started; `own` says it of one, by its folder.
template <class Amount>
std::optional<Amount> sum_of(pid_t pid, std::optional<Amount> (*own)(std::string const&),
                             int generations = generations_max) {
  auto const id = std::to_string(pid);
  auto const folder = "/proc/" + id;
  auto sum = own(folder);
  if (!sum || generations == 0) return sum;
  std::ifstream children{folder + "/task/" + id + "/children"};
  for (pid_t child = 0; children >> child;)
    *sum += sum_of(child, own, generations - 1).value_or(Amount{});
  return sum;
}

}  // namespace

std::optional<std::uint64_t> peak_memory_kib(pid_t pid) {
  return sum_of(pid, own_peak);
}

std::optional<std::chrono::nanoseconds> busy_time(pid_t pid) {
  return sum_of(pid, own_busy_time);
}

}  // namespace voxspec
