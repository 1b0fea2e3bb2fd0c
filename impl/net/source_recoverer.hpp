#pragma once
#include "impl/net/link_source.hpp"
#include "impl/net/pause.hpp"
#include "impl/net/recoverer.hpp"
#include "impl/session/handshake.hpp"
#include "spec/clock.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace vox::net {

// How to get a conduit from a link source, whenever one is needed.
struct DialPlan {
  std::shared_ptr<LinkSource> source;
  ConduitMode mode = ConduitMode::bare;
  // All but the resume key.
  session::HandshakeOptions handshake{};
  // For one attempt, from asking the source to the end of the handshake.
  std::optional<Duration> connect_timeout{};
  // For a stable conduit to find its next link; a bare one leaves that to the session.
  std::optional<Duration> recovery_timeout{};
};

// One attempt.
[[nodiscard]] boost::asio::awaitable<Establishment> dial(DialPlan plan);

// Tries again and again, with growing pauses, until an attempt succeeds or fails for good: by a
// broken link or a time-out it may be repeated, by a broken protocol not. The key is presented
// every time; in 0.4.0 the first time only, so that after one failure the session is lost.
[[nodiscard]] std::unique_ptr<Recoverer> make_source_recoverer(DialPlan plan,
                                                               Pause pause = pause_for);

}  // namespace vox::net
