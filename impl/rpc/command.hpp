#pragma once
#include "impl/rpc/channel.hpp"
#include "impl/rpc/method.hpp"
#include "impl/rpc/operation.hpp"
#include "impl/rpc/service.hpp"
#include "impl/session/command.hpp"
#include "impl/session/error.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/settings.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

// What an application asks of an endpoint. Bytes move in when the command is accepted; views need
// to hold during the call only. What each answer names stands beside the command.
namespace vox::rpc {
namespace command {

// Open a virtual connection: its id. What it comes to is event::Opened or OpenFailed. `serves` is
// what the peer may call on it; null: nothing.
struct Open {
  ConnectionSettings settings{};
  std::string_view service{};
  wire::MetadataView metadata{};
  Service const* serves = nullptr;
};
// Agree to a connection that was requested, the root included: its id.
struct Accept {
  session::ConnectionId connection_id = 0;
  Service const* serves = nullptr;
};

// One end of a channel, to be named in the arguments of the next call of the method: its reference.
// `type` is its number in the method's ChannelWalk.
// r[impl rpc.channel.allocation] r[impl rpc.channel.binding.caller-args]
struct MakeChannel {
  session::ConnectionId connection_id = 0;
  Method const* method = nullptr;
  std::uint32_t type = 0;
};
// Call a method: the call. `args` are encoded as our type of the method's arguments, with the ids
// of channels made for it. What it comes to is event::CallDone, once.
// r[impl rpc.request]
struct Call {
  session::ConnectionId connection_id = 0;
  Method const* method = nullptr;
  wire::MetadataView metadata{};
  Bytes args{};
};
// The response is not wanted any more. The call is done when its response comes, all the same.
struct Cancel {
  CallId call = 0;
  wire::MetadataView metadata{};
};

// Answer a request of the peer: `ret` is encoded as our type of the method's response.
// r[impl rpc.response]
struct Respond {
  RequestToken request = 0;
  Bytes ret{};
  wire::MetadataView metadata{};
};
// The arguments of a request are none of the method's: the caller is told why.
struct RefuseArguments {
  RequestToken request = 0;
  std::string reason{};
};
// The handler has ended without an answer.
struct Drop {
  RequestToken request = 0;
};

// Send an item, encoded as our element type.
struct SendItem {
  ChannelRef channel = 0;
  Bytes item{};
};
// The sender is done. The end is forgotten.
struct CloseChannel {
  ChannelRef channel = 0;
};
// The receiver's application has let go of its end, which is forgotten. In spec the sender is told.
struct ReleaseChannel {
  ChannelRef channel = 0;
};

// Hand on what comes on an open connection, as it is, by the raw events of the session, and send on
// it by the session's own commands. No service is asked on it any more.
struct Forward {
  session::ConnectionId connection_id = 0;
};

}  // namespace command

using Command =
    std::variant<command::Open, command::Accept, session::command::Reject,
                 session::command::Abandon, session::command::Close, session::command::DropCaller,
                 session::command::Shutdown, command::MakeChannel, command::Call, command::Cancel,
                 command::Respond, command::RefuseArguments, command::Drop, command::SendItem,
                 command::CloseChannel, command::ReleaseChannel, command::Forward,
                 session::command::SendCall, session::command::SendResponse,
                 session::command::SendCancel, session::command::SendChannel>;

// What an accepted command made: a connection, call or channel, as its comment says; else 0.
struct Accepted {
  std::uint64_t id = 0;
  bool operator==(Accepted const&) const = default;
};

// What our own caller did wrong, or cannot have now. The state is as it was before the command.
enum class Misuse : std::uint8_t {
  connection_unknown,
  connection_forwarded,
  calls_exhausted,
  call_unknown,
  request_unknown,
  channel_unknown,
  channel_wrong_direction,
  channel_ended,
  channels_exhausted,
  no_credit,
  arguments_malformed,
};
BOOST_DESCRIBE_ENUM(Misuse, connection_unknown, connection_forwarded, calls_exhausted, call_unknown,
                    request_unknown, channel_unknown, channel_wrong_direction, channel_ended,
                    channels_exhausted, no_credit, arguments_malformed)

// One sentence for a person.
[[nodiscard]] std::string_view describe(Misuse misuse);

// Why a command was refused: by the session, or by the endpoint itself.
struct Refusal {
  std::variant<session::Refusal, Misuse> cause;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] Misuse const* misuse() const { return std::get_if<Misuse>(&cause); }
  [[nodiscard]] session::Refusal const* by_session() const {
    return std::get_if<session::Refusal>(&cause);
  }
  // What an application is told in 0.4.0's words, with a text of its own for a misuse.
  [[nodiscard]] session::SessionError error() const;
  // Whether the same command may be accepted later, when the session has room or a link again.
  [[nodiscard]] bool may_pass() const;
  bool operator==(Refusal const&) const = default;
};

[[nodiscard]] inline std::unexpected<Refusal> refused(Misuse misuse) {
  return std::unexpected(Refusal{misuse});
}

}  // namespace vox::rpc
