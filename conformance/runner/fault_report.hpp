#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/fault_runs.hpp"

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

// What a run of faults or freedoms shows.
namespace voxspec {

// Faults that nobody can see, by id, with the reason.
using UnseenFaults = std::map<std::string, std::string>;
// Those of the subject. An empty map if there is no such file. The error is one line.
[[nodiscard]] std::expected<UnseenFaults, std::string> load_unseen(
    std::filesystem::path const& file, std::string const& subject);

// Cases that are known to raise a false alarm: by the freedom, globs over cases and why.
class KnownAlarms {
 public:
  // Empty if there is no such file. The error is one line.
  [[nodiscard]] static std::expected<KnownAlarms, std::string> load(
      std::filesystem::path const& file);
  // The reason; null if the alarm is not known.
  [[nodiscard]] std::string const* find(std::string const& freedom, std::string const& trace) const;

 private:
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> alarms_;
};

// One line: what became of the fault, its clauses, and the cases that say so.
[[nodiscard]] std::string fault_line(FaultReport const& report, UnseenFaults const& unseen,
                                     bool is_freedom);
// With a line for each case: all that were run, or those that a person has to look at.
[[nodiscard]] std::string fault_lines(FaultReport const& report, bool everything, bool is_freedom);

// Not as it should be: a fault that lives and could be seen, or a freedom that does not.
[[nodiscard]] bool is_unexpected(FaultReport const& report, UnseenFaults const& unseen,
                                 bool is_freedom);
[[nodiscard]] Json fault_json(std::vector<FaultReport> const& reports, UnseenFaults const& unseen);

}  // namespace voxspec
