#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

namespace voxspec {

// Goes on with the first alternative that what comes next allows for, and counts what that one is
// worth. Alternatives are told apart by their first step; where that one needs a question (a
// probe), it is asked at the beginning. One that begins with no expectation takes what no other one
// does. Where one begins with the next link, it is asked whether the subject dials or ends.
[[nodiscard]] boost::asio::awaitable<Outcome> choose(CaseRun& run, LinkDriver& link,
                                                     OneOf const& step);

}  // namespace voxspec
