// What the subject took of the machine, where it stands out.
#include "conformance/runner/report_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

// A case stands out by this much, and by this many times what the case in the middle took.
constexpr std::uint64_t memory_kib_more = std::uint64_t{64} << 10;
constexpr std::uint64_t memory_times = 4;
constexpr std::chrono::microseconds processor_more = std::chrono::seconds{1};
constexpr int processor_times = 20;
constexpr std::size_t shown_max = 10;

template <class T>
T middle_of(std::vector<T> values) {
  if (values.empty()) return {};
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

ProcessCost usual(RunReport const& report) {
  std::vector<std::optional<std::uint64_t>> memory;
  std::vector<std::chrono::microseconds> processor;
  for (auto const& entry : report.cases) {
    if (!entry.cost) continue;
    if (entry.cost->memory_kib) memory.push_back(entry.cost->memory_kib);
    processor.push_back(entry.cost->processor);
  }
  return {.memory_kib = middle_of(std::move(memory)), .processor = middle_of(std::move(processor))};
}

bool stands_out(ProcessCost const& cost, ProcessCost const& usual) {
  auto const memory = cost.memory_kib.value_or(0);
  auto const usual_memory = usual.memory_kib.value_or(0);
  return memory > std::max(usual_memory + memory_kib_more, usual_memory * memory_times) ||
         cost.processor >
             std::max(usual.processor + processor_more, usual.processor * processor_times);
}

std::string in_words(ProcessCost const& cost) {
  auto const mebibytes = static_cast<double>(cost.memory_kib.value_or(0)) / 1024;
  auto const milliseconds = static_cast<double>(cost.processor.count()) / 1000;
  std::array<char, 64> text{};
  if (cost.memory_kib) {
    std::snprintf(text.data(), text.size(), "%.0f MiB, %.0f ms", mebibytes, milliseconds);
  } else {
    std::snprintf(text.data(), text.size(), "%.0f ms", milliseconds);
  }
  return text.data();
}

}  // namespace

std::string costs(RunReport const& report) {
  auto const common = usual(report);
  std::vector<CaseReport const*> costly;
  for (auto const& entry : report.cases)
    if (entry.cost && stands_out(*entry.cost, common)) costly.push_back(&entry);
  if (costly.empty()) return {};
  std::string out = "The subject took far more memory or processor time than for a usual case (" +
                    in_words(common) + "):\n";
  for (std::size_t i = 0; i < std::min(costly.size(), shown_max); ++i)
    out += "  " + costly[i]->result.id + ": " + in_words(*costly[i]->cost) + "\n";
  if (costly.size() > shown_max) {
    out += "  and " + std::to_string(costly.size() - shown_max) + " more; --json has them all\n";
  }
  return out;
}

}  // namespace voxspec
