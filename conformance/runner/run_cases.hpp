#pragma once
#include "conformance/runner/known_failures.hpp"
#include "conformance/runner/run_report.hpp"
#include "conformance/runner/stage.hpp"
#include "conformance/runner/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace voxspec {

// How many cases to run at a time where nobody says: 32 for each core, because a case spends its
// time waiting for the subject, but no more than 256.
[[nodiscard]] std::size_t default_jobs();

struct RunSettings {
  std::size_t jobs = 1;    // cases at a time
  std::uint64_t seed = 1;  // of the order of the cases and of what is fresh in them
  RunOptions options;      // its stop ends the run: what was not judged by then is not run
  // After how many cases without one frame of vox it is asked whether anybody there speaks it, and
  // the rest left out if not; 0: never.
  std::size_t silent_cases_max = 4;
  std::optional<vox::link::Transport> transport;  // use no other
  bool as_shipped = false;                        // who only differs from 0.4.0 fails
};

// Called after each case that was not left out, never twice at a time, from any thread.
using OnCase = std::function<void(CaseReport const&)>;

// Runs the cases and returns them in the order given, each with its verdict. The order of running
// comes from the seed: those that wait first (slow ones, and those that are known to fail, often by
// an answer that does not come), so that they do not stand alone at the end; and hostile ones last,
// since they may leave the machine worse. Cases are left out once there is no use in running them:
// the run was stopped, nobody there speaks vox, the subject never comes up.
[[nodiscard]] std::vector<CaseReport> run_cases(std::vector<Case const*> const& cases,
                                                Subject const& subject, Stage& stage,
                                                KnownFailures const& known,
                                                RunSettings const& settings,
                                                OnCase const& on_case = {});

// A case that never met the subject, as `not_run` for the reason given.
[[nodiscard]] CaseReport not_run(Case const& trace, Hindrance by, std::string reason);

// The canary: a case that needs an ability which no subject can claim goes through the same way
// as all others and has to come back unsupported. False if it did not: then no verdict of the tool
// can be trusted.
[[nodiscard]] bool canary_holds(Subject const& subject, Stage& stage, KnownFailures const& known,
                                RunSettings const& settings);

}  // namespace voxspec
