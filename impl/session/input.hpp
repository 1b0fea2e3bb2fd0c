#pragma once
#include "impl/session/error.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/wire/backing.hpp"

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>
#include <variant>

// What happens to a session: everything that comes from below.
namespace vox::session {
namespace input {

// The conduit delivered one payload. Hand one in only while Session::can_receive().
struct Received {
  static constexpr std::string_view name = "received";
  Backing payload{};
};
BOOST_DESCRIBE_STRUCT(Received, (), (payload))

// The conduit is gone, by its end (then the error is empty) or by an error.
struct ConduitLost {
  static constexpr std::string_view name = "conduit_lost";
  std::string error{};
  bool operator==(ConduitLost const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConduitLost, (), (error))

// The recoverer, asked by output::ConduitWanted, has a conduit on which the handshake is done.
struct Recovered {
  static constexpr std::string_view name = "recovered";
  HandshakeOutcome outcome{};
};
BOOST_DESCRIBE_STRUCT(Recovered, (), (outcome))

// The recoverer gives up.
struct RecoveryFailed {
  static constexpr std::string_view name = "recovery_failed";
  SessionError error{};
  bool operator==(RecoveryFailed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RecoveryFailed, (), (error))

// The payload that poll() gave last did not go out, though the conduit is still there. It has to be
// said before the session is spoken to again; after that the payload counts as gone.
struct SendFailed {
  static constexpr std::string_view name = "send_failed";
  std::string error{};
  bool operator==(SendFailed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(SendFailed, (), (error))

// The time of Session::next_deadline() has come. Coming early or too often does no harm.
struct DeadlineReached {
  static constexpr std::string_view name = "deadline_reached";
  bool operator==(DeadlineReached const&) const = default;
};
BOOST_DESCRIBE_STRUCT(DeadlineReached, (), ())

}  // namespace input

using Input = std::variant<input::Received, input::ConduitLost, input::Recovered,
                           input::RecoveryFailed, input::SendFailed, input::DeadlineReached>;

}  // namespace vox::session
