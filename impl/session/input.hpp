#pragma once
#include "impl/session/error.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/backing.hpp"

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>
#include <variant>

// The inputs of a session, from its conduit, its recoverer and the clock.
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

// The recoverer, asked by event::ConduitWanted, has a conduit on which the handshake is done.
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

// Every message up to this token that was handed out, and of which SendFailed was not said, has
// gone out.
struct Written {
  static constexpr std::string_view name = "written";
  Token through = 0;
  bool operator==(Written const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Written, (), (through))

// The conduit has moved bytes of what was handed out, though perhaps no whole message.
struct Progress {
  static constexpr std::string_view name = "progress";
  bool operator==(Progress const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Progress, (), ())

// Up to now nothing was taken from the conduit for a while, because the application had too much to
// do: a Pong may lie there unread, so that its time begins anew.
struct ReadingHeldUp {
  static constexpr std::string_view name = "reading_held_up";
  bool operator==(ReadingHeldUp const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReadingHeldUp, (), ())

// The message did not go out, though the conduit is still there. If it is a schema announcement,
// the message that needs it fails with it; if messages of the same connection were handed out after
// the announcement, the conduit counts as lost, because they may depend on it.
struct SendFailed {
  static constexpr std::string_view name = "send_failed";
  Token token = 0;
  std::string error{};
  bool operator==(SendFailed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(SendFailed, (), (token, error))

// The time of Session::next_deadline() has come. Coming early or too often does no harm.
struct DeadlineReached {
  static constexpr std::string_view name = "deadline_reached";
  bool operator==(DeadlineReached const&) const = default;
};
BOOST_DESCRIBE_STRUCT(DeadlineReached, (), ())

}  // namespace input

using Input = std::variant<input::Received, input::ConduitLost, input::Written, input::Progress,
                           input::ReadingHeldUp, input::SendFailed, input::Recovered,
                           input::RecoveryFailed, input::DeadlineReached>;

}  // namespace vox::session
