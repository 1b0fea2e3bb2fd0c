#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

namespace voxspec {

// What the subject did about what we sent last, which broke a rule. A Ping is sent after it;
// whatever comes first decides: a ProtocolError and the link's end, or the answer to the Ping,
// which says that the subject goes on as if nothing had happened. A subject that does neither
// within the mute guard hangs. Before the handshake is done there is no such question, and only the
// guard tells. `asked` is the Ping, if it was already sent.
[[nodiscard]] boost::asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link,
                                                     ExpectViolation const& step);

}  // namespace voxspec
