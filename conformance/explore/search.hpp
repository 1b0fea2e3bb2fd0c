#pragma once
#include "conformance/explore/finding.hpp"
#include "conformance/explore/generator.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace voxspec::explore {

// A subject and the way to it.
struct Side {
  Subject const* subject = nullptr;
  Stage* stage = nullptr;
};

struct SearchSettings {
  GeneratorSettings make;
  std::size_t sequences = 1000;
  std::optional<std::chrono::seconds> time;
  std::size_t findings_max = 20;  // after so many causes the rest is not played
  std::size_t shrink_questions_max = 200;
  RunSettings run;              // jobs, guards, stop
  std::set<vox::Clause> known;  // clauses that the subject is known to break
};

// How far a search is.
struct Tally {
  std::size_t played = 0;
  std::size_t moves = 0;
  std::size_t causes = 0;
  std::size_t known = 0;
  std::size_t not_run = 0;  // the machine, or the way to the subject, was at fault
};

struct SearchResult {
  Tally tally;
  std::vector<Finding> findings;  // one for each cause, as short as it gets
  // Seen, and not again when played once more: a matter of timing. One for each cause.
  std::vector<Finding> unrepeated;
  std::vector<std::size_t> reached;   // by row: how often it was played to its end
  std::vector<std::size_t> playable;  // the rows that this subject can be asked to play
  std::set<std::string> states;
  std::string hindrance;  // why something was not run
};
using OnTally = std::function<void(Tally const&)>;

// Plays conversations with the subject, each as a case on fresh links, and shrinks those that show
// something new. With another subject to compare with, both play each, and findings are where they
// differ.
[[nodiscard]] SearchResult search(Model const& model, Side side, std::optional<Side> against,
                                  SearchSettings const& settings, OnTally const& on_tally = {});

}  // namespace voxspec::explore
