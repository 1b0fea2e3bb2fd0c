#pragma once
#include "impl/session/keepalive.hpp"
#include "spec/clock.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"
#include "spec/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace vox::session {

// What is decided about a session before it begins.
struct SessionOptions {
  Rulebook rulebook = Rulebook::vox_0_4;
  // Whether anybody answers event::ConnectionRequested. Without an acceptor the root needs no
  // consent and no virtual connection gets one.
  bool has_acceptor = true;
  // The service of our own client on the root connection.
  std::string client_service{};
  // The root settings that the handshake must have ended with, if it matters.
  std::optional<ConnectionSettings> expected_settings{};
  // The session must have got a resume key.
  bool must_be_resumable = false;
  // Somebody answers event::ConduitWanted, and has so long for it.
  bool has_recoverer = false;
  std::optional<Duration> recovery_timeout{};
  // A registry may bring the peer back; the session waits that long for it.
  bool is_registered = false;
  std::optional<Duration> resume_window{};  // nothing: Limits::resume_window
  std::optional<KeepaliveSettings> keepalive{};
  // Spreads ids that the peer chooses; any number that the peer does not know.
  std::uint64_t seed = 0;
  Limits limits;
};

}  // namespace vox::session
