#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

// Expectations that leave a subject free in what the order of its frames does not have to be, as
// recordings need them: what one right peer said between two others is no rule for the next one.
namespace voxspec {

// The frames of the step in any order. What a later step of the case expects on this link may come
// before, and is left for it. Items of one channel come in the order in which they are expected.
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil_ahead(CaseRun& run, LinkDriver& link,
                                                           Expect const& step);

// All frames that come meanwhile are left for later steps.
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link,
                                                     AwaitCredit const& step);

}  // namespace voxspec
