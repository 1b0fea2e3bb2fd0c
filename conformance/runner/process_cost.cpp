#include "conformance/runner/process_cost.hpp"

#include <charconv>
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

std::optional<std::uint64_t> peak(pid_t pid, int generations) {
  auto const id = std::to_string(pid);
  auto const folder = "/proc/" + id;
  auto sum = own_peak(folder);
  if (!sum || generations == 0) return sum;
  std::ifstream children{folder + "/task/" + id + "/children"};
  for (pid_t child = 0; children >> child;)
    *sum += peak(child, generations - 1).value_or(0);
  return sum;
}

}  // namespace

std::optional<std::uint64_t> peak_memory_kib(pid_t pid) {
  return peak(pid, generations_max);
}

}  // namespace voxspec
