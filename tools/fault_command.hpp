#pragma once
#include "tools/tool.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace voxspec {

// The part of `selftest` that makes wrong subjects, and other right ones, of a right one.
struct FaultCommand {
  bool faults = false;
  bool freedoms = false;
  bool neutral = false;
  bool matrix = false;
  std::string subject = "cpp";
  std::vector<std::string> only;  // ids of faults, or globs
  std::string folder;             // of the fault files, instead of the tool's own
  std::string json;
  std::size_t faults_max = 0;  // of the faults and of the freedoms, by lot; 0: all
  std::size_t cases_max = 0;   // of each freedom
  std::uint64_t seed = 1;
  unsigned guard_ms = 2000;
  bool verbose = false;

  void add_to(CLI::App& command);
  [[nodiscard]] bool is_asked() const { return faults || freedoms || neutral; }
  // The exit code.
  [[nodiscard]] int run(std::vector<std::string> const& patterns, std::size_t jobs,
                        Tool const& tool) const;
};

}  // namespace voxspec
