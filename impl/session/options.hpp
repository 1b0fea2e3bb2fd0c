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

// The configuration of a session.
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
  // Whether event::ConduitWanted gets an answer, and the time limit for it.
  bool has_recoverer = false;
  std::optional<Duration> recovery_timeout{};
  // Whether command::Resume may come after the conduit is lost, and the time limit for it.
  bool is_registered = false;
  std::optional<Duration> resume_window{};  // nothing: Limits::resume_window
  std::optional<KeepaliveSettings> keepalive{};
  // Seed of the hash tables whose keys the peer chooses; the peer must not know it.
  std::uint64_t seed = 0;
  Limits limits;
};

}  // namespace vox::session
