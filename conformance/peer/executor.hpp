#pragma once
#include "conformance/peer/case_result.hpp"
#include "conformance/peer/subject_port.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace boost::asio {
class io_context;
}

namespace voxspec {

struct Case;

// What does not depend on the case. Times are guards against hangs and never decide what conforms:
// one that runs out is reported as a time-out that names what was awaited.
struct RunOptions {
  std::chrono::milliseconds guard_timeout{5000};  // for each wait
  // For the wait after a violation, when the subject neither answers nor closes: long enough for a
  // slow machine, short because a known kind of subject goes mute there in every case.
  std::chrono::milliseconds mute_guard{1000};
  // After a link ended: how long the operating system may take to say that the process went with
  // it.
  std::chrono::milliseconds settle{50};
  std::uint64_t seed = 1;  // of the nonces and ids that have to be fresh
  std::size_t unread_bytes_max = 256uz
                                 << 20;  // frames that came and that no step has looked at yet
};

// Runs one case from its first step to its verdict, with liveness checked after the steps. It never
// throws and never hangs: every wait has a guard. A case cannot be wrong here, but for a value that
// only shows when it runs; that, and an error of the tool, is `not_run`.
[[nodiscard]] boost::asio::awaitable<CaseResult> co_run_case(Case const& trace, SubjectPort& port,
                                                             RunOptions options = {});

// The same, on `context`, which nobody else may be running: returns when the case is over. Other
// work on the context (an acceptor, a process being watched) goes on meanwhile.
[[nodiscard]] CaseResult run_case(boost::asio::io_context& context, Case const& trace,
                                  SubjectPort& port, RunOptions options = {});

}  // namespace voxspec
