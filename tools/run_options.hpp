#pragma once
#include "tools/rounds.hpp"
#include "tools/subject_options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace voxspec {

// The options of every command that runs cases: how, judged against what, reported where.
struct RunCommandOptions {
  SubjectOptions subject;
  std::size_t jobs = 0;  // 0: default_jobs()
  std::uint64_t seed = 1;
  std::optional<std::size_t> guard_ms{};
  std::optional<std::size_t> start_limit_ms;  // left out: from the first start
  std::size_t case_limit_ms = 120'000;
  std::vector<std::string> expectations;
  std::optional<std::uint64_t> schedule_seed;
  Rounds rounds;
  bool as_shipped = false;
  bool no_expectations = false;
  std::string json;
  std::string junit;
  std::string html;
  std::string table;
  std::string known;
  std::string keep;
  bool verbose = false;
  bool wait = false;
  std::string debugger;

  // Whether somebody looks at the subject while cases run: then nothing is done at a time, and no
  // wait ends by itself.
  [[nodiscard]] bool is_watched() const { return wait || !debugger.empty(); }

  void add_to(CLI::App& command);
};

}  // namespace voxspec
