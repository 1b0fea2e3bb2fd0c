#pragma once
#include "impl/rpc/channel.hpp"
#include "impl/rpc/method.hpp"
#include "impl/rpc/operation.hpp"
#include "impl/rpc/store_events.hpp"
#include "impl/session/event.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/metadata.hpp"
#include "impl/wire/stable.hpp"
#include "spec/clock.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

// What an application has to know. An event owns what it shows: views come with their backing.
namespace vox::rpc {

// Why a call of ours has no response.
//  connection_closed  its connection was closed first
//  session_shutdown   its session ended first
//  send_failed        it did not go out
//  indeterminate      it may or may not have been carried out
//  invalid_response   the response cannot be read as our type of it
// r[impl rpc.fallible.vox-error]
enum class CallFailure : std::uint8_t {
  connection_closed,
  session_shutdown,
  send_failed,
  indeterminate,
  invalid_response,
};
BOOST_DESCRIBE_ENUM(CallFailure, connection_closed, session_shutdown, send_failed, indeterminate,
                    invalid_response)
struct CallError {
  CallFailure failure = CallFailure::connection_closed;
  std::string detail{};
  bool operator==(CallError const&) const = default;
};
// The response as our own encoder would have written it.
struct CallAnswer {
  Backing backing;
  ByteView ret;
  wire::MetadataView metadata{};
  Backing metadata_backing{};
};
using CallOutcome = std::expected<CallAnswer, CallError>;
// What an answer keeps alive: the payload that it came in, and the result where it had to be
// translated.
[[nodiscard]] std::size_t held_bytes(CallAnswer const& answer);

// Why a handler's answer is not wanted any more.
//  cancelled          by the caller
//  connection_closed  or the session ended
//  link_lost          and the attempt with it
enum class HandlerStop : std::uint8_t { cancelled, connection_closed, link_lost };
BOOST_DESCRIBE_ENUM(HandlerStop, cancelled, connection_closed, link_lost)

namespace event {

// The peer calls a method that its connection serves. Answer by command::Respond or Drop, once.
// r[impl rpc.handler]
struct CallArrived {
  RequestToken request = 0;
  session::ConnectionId connection_id = 0;
  Method const* method = nullptr;
  wire::MetadataView metadata{};
  Backing metadata_backing{};
  ByteView args{};  // as our own encoder would have written them
  Backing backing{};
  std::vector<ChannelRef> channels{};  // our ends, in the order of the arguments
};
// What a call keeps alive as long as somebody works on it: the payload that it came in, and the
// arguments where they had to be translated.
[[nodiscard]] std::size_t held_bytes(CallArrived const& call);
// Stop the handler. It still has to Respond or Drop, and what it gives may be kept for a repeat.
struct HandlerStopped {
  RequestToken request = 0;
  HandlerStop why = HandlerStop::cancelled;
};
struct CallDone {
  CallId call = 0;
  session::ConnectionId connection_id = 0;
  CallOutcome outcome;
};
// Endpoint::take_item() has something to give: an item, or the channel's end.
struct ChannelReadable {
  ChannelRef channel = 0;
};
// An item that was refused may be sent now, or the channel has ended.
struct ChannelWritable {
  ChannelRef channel = 0;
};
// The durable store is to do this; answer with input::Stored.
struct StoreWanted {
  StoreRequest request;
};
// A client's stable conduit has lost its link. Find another, ask for the stable mode on it, say
// this hello, and answer with input::ServerHello or input::RecoveryFailed.
// r[impl stable.reconnect]
struct LinkWanted {
  wire::ClientHello hello{};
  TimePoint deadline{};
};

}  // namespace event

// The raw messages are those of connections that are forwarded.
using Event =
    std::variant<session::event::CallReceived, session::event::ResponseReceived,
                 session::event::CancelReceived, session::event::ChannelReceived,
                 session::event::Disconnected, session::event::ConnectionRequested,
                 session::event::Opened, session::event::OpenFailed, session::event::Closed,
                 session::event::CloseFailed, session::event::ConduitWanted,
                 session::event::Resumed, session::event::Warning, session::event::Ended,
                 event::CallArrived, event::HandlerStopped, event::CallDone, event::ChannelReadable,
                 event::ChannelWritable, event::StoreWanted, event::LinkWanted>;

}  // namespace vox::rpc
