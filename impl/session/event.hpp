#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/connection_request.hpp"
#include "impl/session/error.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/clock.hpp"
#include "spec/rule.hpp"
#include "spec/settings.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// What an application has to know about its session. An event owns what it shows: views into a
// received payload come with its backing, so that they hold as long as the event is kept.
namespace vox::session {

// Why a connection is over.
enum class ClosedBy : std::uint8_t { us, peer, caller_drop, driver_drop, bad_message, session_end };
BOOST_DESCRIBE_ENUM(ClosedBy, us, peer, caller_drop, driver_drop, bad_message, session_end)

// Why a session is over.
//  shutdown         we were asked to
//  root_released    the root's callers are gone and so is the last virtual connection
//  refused          the acceptor refused the root connection
//  conduit_lost     the conduit is gone, and the session has neither recoverer nor registry
//  recovery_failed  the recoverer gave up, took too long, or its conduit could not be resumed on
//  peer_silent      a ping was not answered in time, or could not be sent
//  violation        the peer broke a rule
//  accused          the peer says that we broke a rule
//  stalled          we owed the peer as much as Limits allow, and its conduit took nothing of it
//  resume_timeout   nobody resumed the session in time
//  failed           something of our own went wrong, or no answer fits into a payload
enum class EndCause : std::uint8_t {
  shutdown,
  root_released,
  refused,
  conduit_lost,
  recovery_failed,
  peer_silent,
  violation,
  accused,
  stalled,
  resume_timeout,
  failed,
};
BOOST_DESCRIBE_ENUM(EndCause, shutdown, root_released, refused, conduit_lost, recovery_failed,
                    peer_silent, violation, accused, stalled, resume_timeout, failed)

namespace event {

// A message that was accepted for sending is not known to have gone out. For an open or a close
// that we asked for, OpenFailed or CloseFailed says so instead, unless the reason is `unconfirmed`.
struct NotSent {
  static constexpr std::string_view name = "not_sent";
  Token token = 0;
  Receipt receipt;
  NotSentReason reason = NotSentReason::conduit_lost;
  bool operator==(NotSent const&) const = default;
};
BOOST_DESCRIBE_STRUCT(NotSent, (), (token, receipt, reason))

// The acceptor has to decide on a connection: the root, once, and every one that the peer opens.
// Answer with Accept, Reject or Abandon.
struct ConnectionRequested {
  static constexpr std::string_view name = "connection_requested";
  ConnectionId connection_id = 0;
  ConnectionSettings our_settings{};
  ConnectionSettings peer_settings{};
  ConnectionRequest request;
  bool operator==(ConnectionRequested const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConnectionRequested, (),
                      (connection_id, our_settings, peer_settings, request))

// The connection can be used. We allocate its request and channel ids by our_settings.parity.
struct Opened {
  static constexpr std::string_view name = "opened";
  ConnectionId connection_id = 0;
  ConnectionSettings our_settings{};
  ConnectionSettings peer_settings{};
  bool operator==(Opened const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Opened, (), (connection_id, our_settings, peer_settings))

// Our open failed.
struct OpenFailed {
  static constexpr std::string_view name = "open_failed";
  ConnectionId connection_id = 0;
  SessionError error{};
  bool operator==(OpenFailed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(OpenFailed, (), (connection_id, error))

// An open connection was closed, and its calls and channels ended with it. The metadata is that of
// the peer's ConnectionClose.
struct Closed {
  static constexpr std::string_view name = "closed";
  ConnectionId connection_id = 0;
  ClosedBy by = ClosedBy::us;
  wire::MetadataView metadata{};
  Backing backing{};
};
BOOST_DESCRIBE_STRUCT(Closed, (), (connection_id, by, metadata))

// We closed the connection, but our ConnectionClose did not go out.
struct CloseFailed {
  static constexpr std::string_view name = "close_failed";
  ConnectionId connection_id = 0;
  Token token = 0;
  SessionError error{};
  bool operator==(CloseFailed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(CloseFailed, (), (connection_id, token, error))

// Messages from the peer. `announced` is the type that the peer has announced for the arguments or
// the response up to the message, if it has.
struct CallReceived {
  static constexpr std::string_view name = "call_received";
  ConnectionId connection_id = 0;
  RequestId request_id = 0;
  wire::Call call;
  Backing backing{};
  schema::AnnouncedType announced{};
};
BOOST_DESCRIBE_STRUCT(CallReceived, (), (connection_id, request_id, call))
// `method_id` is that of the call we sent, if we still know it; without it nothing is known to be
// announced.
struct ResponseReceived {
  static constexpr std::string_view name = "response_received";
  ConnectionId connection_id = 0;
  RequestId request_id = 0;
  std::optional<MethodId> method_id{};
  wire::Response response;
  Backing backing{};
  schema::AnnouncedType announced{};
};
BOOST_DESCRIBE_STRUCT(ResponseReceived, (), (connection_id, request_id, method_id, response))
struct CancelReceived {
  static constexpr std::string_view name = "cancel_received";
  ConnectionId connection_id = 0;
  RequestId request_id = 0;
  wire::Cancel cancel;
  Backing backing{};
};
BOOST_DESCRIBE_STRUCT(CancelReceived, (), (connection_id, request_id, cancel))
struct ChannelReceived {
  static constexpr std::string_view name = "channel_received";
  ConnectionId connection_id = 0;
  ChannelId channel_id = 0;
  wire::ChannelBody body{};
  Backing backing{};
};
BOOST_DESCRIBE_STRUCT(ChannelReceived, (), (connection_id, channel_id, body))

// The conduit is gone. Find another, do the handshake with this key on it, and answer with
// input::Recovered or input::RecoveryFailed; after the deadline the answer comes too late.
struct ConduitWanted {
  static constexpr std::string_view name = "conduit_wanted";
  std::optional<ResumeKey> resume_key{};
  std::optional<TimePoint> deadline{};
  bool operator==(ConduitWanted const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConduitWanted, (), (resume_key, deadline))

// The conduit is gone and the session waits for command::Resume.
struct Disconnected {
  static constexpr std::string_view name = "disconnected";
  bool operator==(Disconnected const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Disconnected, (), ())

// The session goes on over another conduit. No request of the old one is in flight any more.
struct Resumed {
  static constexpr std::string_view name = "resumed";
  std::uint64_t generation = 0;
  bool peer_supports_retry = false;
  bool operator==(Resumed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Resumed, (), (generation, peer_supports_retry))

// For the log.
struct Warning {
  static constexpr std::string_view name = "warning";
  ConnectionId connection_id = 0;
  std::string text{};
  bool operator==(Warning const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Warning, (), (connection_id, text))

// The last event. What still waits to go out may be sent; then drop the conduit. `rule` is there
// for a violation.
struct Ended {
  static constexpr std::string_view name = "ended";
  EndCause cause = EndCause::shutdown;
  std::optional<Rule> rule{};
  std::string detail{};
  bool operator==(Ended const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ended, (), (cause, rule, detail))

}  // namespace event

using Event =
    std::variant<event::NotSent, event::ConnectionRequested, event::Opened, event::OpenFailed,
                 event::Closed, event::CloseFailed, event::CallReceived, event::ResponseReceived,
                 event::CancelReceived, event::ChannelReceived, event::ConduitWanted,
                 event::Disconnected, event::Resumed, event::Warning, event::Ended>;

}  // namespace vox::session
