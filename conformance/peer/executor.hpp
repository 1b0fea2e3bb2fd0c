#pragma once
#include "conformance/peer/case_result.hpp"
#include "conformance/peer/subject_port.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>

namespace boost::asio {
class io_context;
}

namespace voxspec {

struct Case;

// What does not depend on the case. Times are guards against hangs and never decide what conforms:
// one that runs out is reported as a time-out that names what was awaited.
struct RunOptions {
  // For each wait. Where the subject took long to come up, as on a busy machine, a wait may take
  // ten times as long as that did, up to the second limit.
  std::chrono::milliseconds guard_timeout{5000};
  std::chrono::milliseconds slow_guard_max{30'000};
  // The least wait after a violation, when the subject neither answers nor closes; a known kind of
  // subject goes mute there in every case. It counts only on a link that has answered something,
  // and grows with the time that the slowest answer took (CaseRun::patience) and for as long as the
  // subject's process is at work, up to the guard.
  std::chrono::milliseconds mute_guard{1000};
  // After a link ended: the least time for the process to end as well, where the operating system
  // does not say that it is ending. Grows as mute_guard does.
  std::chrono::milliseconds settle{50};
  // For the subject to come up. No guard runs meanwhile, and the case begins after it.
  std::chrono::milliseconds start_limit{30'000};
  // For all steps together, and once more for each 200 of them: a subject may keep every single
  // wait from running out.
  std::chrono::milliseconds case_limit{120'000};
  std::uint64_t seed = 1;  // of the nonces and ids that have to be fresh
  // Cuts, joins and delays the writes of which the case does not say how they go out.
  std::optional<std::uint64_t> schedule{};
  // Of frames that came and that no step has looked at yet; when there are more, none is read.
  std::size_t unread_bytes_max = 64uz << 20;
  // Of frames that came in one case. A subject that sends more fails.
  std::size_t frames_max = 65'536;
  std::size_t frame_bytes_max = 64uz << 20;
  // Ends the case before its time; it is then not run.
  std::stop_token stop{};

  // No wait takes longer than this.
  void limit_waits(std::chrono::milliseconds guard) {
    guard_timeout = guard;
    slow_guard_max = guard;
    mute_guard = std::min(mute_guard, guard);
  }
};

// Runs one case from its first step to its verdict, with liveness checked after the steps. It never
// throws and never hangs: every wait has a guard, and so has the whole case. A case cannot be wrong
// here, but for a value that only shows when it runs; that, and an error of the tool, is `not_run`.
[[nodiscard]] boost::asio::awaitable<CaseResult> co_run_case(Case const& trace, SubjectPort& port,
                                                             RunOptions options = {});

// The same, on `context`, which nobody else may be running: returns when the case is over. Other
// work on the context (an acceptor, a process being watched) goes on meanwhile.
[[nodiscard]] CaseResult run_case(boost::asio::io_context& context, Case const& trace,
                                  SubjectPort& port, RunOptions options = {});

}  // namespace voxspec
