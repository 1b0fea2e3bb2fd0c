#pragma once
#include "conformance/differential/finding.hpp"
#include "conformance/differential/reference.hpp"
#include "spec/parity.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace voxspec::differential {

struct TournamentOptions {
  std::vector<std::string> command;  // the subject: its program and arguments
  Flaws flaws = Flaws::imitated;  // of 0.4.0, which another subject of its rulebook need not have
  std::uint64_t first_seed = 1;
  std::size_t sequences = 2000;
  std::optional<vox::Role> role;  // of the subject; otherwise as the seeds say
  std::size_t jobs = 8;
  std::size_t findings_max = 5;  // after so many the rest is not played
  // Called for each finding as soon as it is as small as it gets.
  std::function<void(Finding const&)> on_finding;
  // Called for each script that was played, if anybody wants to know.
  std::function<void(Script const&, Conversation const&)> on_played{};
};

struct TournamentResult {
  std::size_t played = 0;
  std::size_t payloads = 0;
  std::size_t findings = 0;
  // Differences that did not come again when their script was played once more: a matter of timing.
  std::vector<Finding> unrepeated;
};

// Plays the scripts of consecutive seeds, some at a time, each job with a subject of its own. The
// error says why the subject cannot be started.
[[nodiscard]] std::expected<TournamentResult, std::string> run(TournamentOptions const& options);

}  // namespace voxspec::differential
