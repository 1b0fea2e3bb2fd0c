#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

// The steps that wait for something of the subject and judge it.
namespace voxspec {

// What a step waits for, with the id of its connection as a number where that is known:
// "request_call on connection 2".
[[nodiscard]] std::string in_words_here(CaseRun const& run, LinkDriver const& link,
                                        Pattern pattern);

[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link,
                                                     Expect const& step);
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link,
                                                     ExpectNone const& step);
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link,
                                                     ExpectEnd const& step);
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, ExpectExit const& step);

// Whether a link that ended so, while the process stands so, ended in order. A stream that is
// closed before all was read is reset by the operating system; so a reset counts as in order if
// something of ours may have been unread, but never if the process crashed.
[[nodiscard]] bool in_order(LinkDriver const& link, EndCause cause, ProcessState process);

// Whether the step takes it that the link stays and nothing comes on it.
[[nodiscard]] bool takes_silence(ExpectEnd const& step);

// Whether the subject has given the link up, in order or not, without a crash.
[[nodiscard]] bool torn_down(LinkDriver const& link, EndCause cause, ProcessState process);
// Whether this end is one of those the step accepts, the process aside.
[[nodiscard]] bool accepts(ExpectEnd const& step, LinkDriver const& link, EndCause cause,
                           ProcessState process);

}  // namespace voxspec
