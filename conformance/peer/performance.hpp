#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace voxspec {

// Performs one step, or steps until one fails. The failure names the step.
[[nodiscard]] boost::asio::awaitable<Outcome> perform(CaseRun& run, Step const& step);
[[nodiscard]] boost::asio::awaitable<Outcome> perform_all(CaseRun& run,
                                                          std::vector<Step> const& steps);

}  // namespace voxspec
