#pragma once
#include "impl/net/link_setup.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/pause.hpp"
#include "impl/session/handshake.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/stable.hpp"
#include "spec/clock.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace vox::net {

// How to get a link from a source, whenever one is needed.
struct DialPlan {
  std::shared_ptr<LinkSource> source;
  ConduitMode mode = ConduitMode::bare;
  // All but the resume key.
  session::HandshakeOptions handshake{};
  // For one attempt, from asking the source to the end of the handshake.
  std::optional<Duration> connect_timeout{};
  Pause pause = pause_for;
};

// What is to be found again by another link: a session by its key, or the stable conduit of one by
// its hello.
struct Wanted {
  std::optional<ResumeKey> session_key{};
  std::optional<wire::ClientHello> conduit{};
  // How many pauses come before the first attempt, as one: more than none if links were lost again
  // as soon as they were there, so that such a peer is not dialled without end.
  std::size_t pauses_before = 0;
};

// One attempt for a session that is new.
[[nodiscard]] boost::asio::awaitable<AttachmentResult> dial(DialPlan plan,
                                                            conduit::LinkNumber number);

// Attempts for a session that is new, with growing pauses between them, until one succeeds or fails
// for good, or the time is over: the error is then that of the last attempt that a broken link or a
// time-out ended. An attempt that is under way when the time is over is cancelled.
// r[impl session.initial-connect-waiting]
[[nodiscard]] boost::asio::awaitable<AttachmentResult> dial_within(Duration wait, DialPlan plan,
                                                                   conduit::LinkNumber number);

// Tries again and again, with growing pauses, until an attempt succeeds or fails for good: by a
// broken link or a time-out it may be repeated, by a broken protocol not. The key is presented
// every time; in 0.4.0 the first time only, so that after one failure the session is lost, and a
// stable conduit is tried once. Cancelled when it is no longer wanted.
// r[impl core.B1] r[impl core.E2] r[impl stable.reconnect]
[[nodiscard]] boost::asio::awaitable<AttachmentResult> dial_again(DialPlan plan, Wanted wanted,
                                                                  conduit::LinkNumber number);

}  // namespace vox::net
