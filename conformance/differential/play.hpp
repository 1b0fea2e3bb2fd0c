#pragma once
#include "conformance/differential/reference.hpp"
#include "conformance/differential/script.hpp"
#include "conformance/differential/transcript.hpp"
#include "impl/link/address.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace voxspec::differential {

// Where the Rust subject is met.
struct Home {
  std::vector<std::string> command;
  // Of one that runs already and takes links, for scripts that have it as the acceptor. For the
  // others a process of its own is started, which dials.
  vox::link::Address listening;
  Flaws flaws = Flaws::imitated;
  // How long what our session did may take in the subject before it counts as not done.
  std::chrono::milliseconds patience{3000};
};

// Plays the script to our session and to the Rust subject, step by step: what our session answers
// at once is waited for on the link, so that nothing of one step is still under way in the next.
// Every step ends with a ping, whose answer says that all before it was read.
[[nodiscard]] boost::asio::awaitable<Conversation> play(Script const& script, Home const& home);

}  // namespace voxspec::differential
