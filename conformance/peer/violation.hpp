#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>

namespace voxspec {

// A question behind what broke a rule: a Ping, or an echo where that was a call.
[[nodiscard]] boost::asio::awaitable<std::expected<Question, Failure>> ask_behind_violation(
    CaseRun& run, LinkDriver& link);

// What the subject did about what we sent last, which broke a rule. A question is sent after it;
// whatever comes first decides: a ProtocolError and the link's end, or the answer, which says that
// the subject goes on as if nothing had happened. Where it has to tell or to close it is asked a
// second time then: one task may answer before another says the ProtocolError. A subject that does
// neither within the mute guard hangs. Before the handshake is done there is no such question, and
// only the guard tells.
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link,
                                                     ExpectViolation const& step);

}  // namespace voxspec
