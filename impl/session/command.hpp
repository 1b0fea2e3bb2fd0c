#pragma once
#include "impl/schema/schema.hpp"
#include "impl/session/body.hpp"
#include "impl/session/event.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/settings.hpp"

#include <boost/describe/class.hpp>

#include <memory>
#include <string_view>
#include <variant>

// What the application asks of a session. Payload bytes belong to the command and move into the
// session when it is accepted; views need to hold during the call only.
namespace vox::session {

// The complete schemas of one type, its root among them. Whoever has them shares them: they are
// looked at when the message that needs them goes out, and only the first time.
using SharedSchemas = std::shared_ptr<schema::SchemaPayload const>;

namespace command {

// Open a virtual connection; its answer is the id, its outcome event::Opened or OpenFailed. A
// typed client gives its service, which then goes out as the first metadata entry. r[impl
// rpc.virtual-connection.open]
struct Open {
  static constexpr std::string_view name = "open";
  ConnectionSettings settings{};
  std::string_view service{};
  wire::MetadataView metadata{};
};
BOOST_DESCRIBE_STRUCT(Open, (), (settings, service, metadata))

// Close a virtual connection, also one whose open has not been answered.
struct Close {
  static constexpr std::string_view name = "close";
  ConnectionId connection_id = 0;
  wire::MetadataView metadata{};
};
BOOST_DESCRIBE_STRUCT(Close, (), (connection_id, metadata))

// The three answers to event::ConnectionRequested; each request takes exactly one. Abandon stands
// for a request that was dropped without an answer: the connection is accepted and closed at once.
// r[impl rpc.virtual-connection.accept] r[impl core.R3]
struct Accept {
  static constexpr std::string_view name = "accept";
  ConnectionId connection_id = 0;
};
BOOST_DESCRIBE_STRUCT(Accept, (), (connection_id))
struct Reject {
  static constexpr std::string_view name = "reject";
  ConnectionId connection_id = 0;
  wire::MetadataView metadata{};
};
BOOST_DESCRIBE_STRUCT(Reject, (), (connection_id, metadata))
struct Abandon {
  static constexpr std::string_view name = "abandon";
  ConnectionId connection_id = 0;
};
BOOST_DESCRIBE_STRUCT(Abandon, (), (connection_id))

// The last caller of the connection is gone.
struct DropCaller {
  static constexpr std::string_view name = "drop_caller";
  ConnectionId connection_id = 0;
};
BOOST_DESCRIBE_STRUCT(DropCaller, (), (connection_id))

// The connection's messages are not read any more; the next one that arrives closes it.
struct DropDriver {
  static constexpr std::string_view name = "drop_driver";
  ConnectionId connection_id = 0;
};
BOOST_DESCRIBE_STRUCT(DropDriver, (), (connection_id))

// End the session, for the cause that its end is to have: resume_timeout for one whose peer is not
// waited for any longer, failed for one that cannot go on.
struct Shutdown {
  static constexpr std::string_view name = "shutdown";
  EndCause cause = EndCause::shutdown;
};
BOOST_DESCRIBE_STRUCT(Shutdown, (), (cause))

// A peer that came back by our resume key has a new conduit for this session.
struct Resume {
  static constexpr std::string_view name = "resume";
  HandshakeOutcome outcome{};
};
BOOST_DESCRIBE_STRUCT(Resume, (), (outcome))

// Messages of an active connection. `schemas` describe the arguments, or the whole response type;
// without them the first message of a method goes out without schemas in vox_0_4 and not at all in
// spec.
struct SendCall {
  static constexpr std::string_view name = "send_call";
  ConnectionId connection_id = 0;
  RequestId request_id = 0;
  MethodId method_id = 0;
  wire::MetadataView metadata{};
  Body args{};
  SharedSchemas schemas{};
};
BOOST_DESCRIBE_STRUCT(SendCall, (), (connection_id, request_id, method_id, metadata, args, schemas))
struct SendResponse {
  static constexpr std::string_view name = "send_response";
  ConnectionId connection_id = 0;
  RequestId request_id = 0;
  wire::MetadataView metadata{};
  Body ret{};
  SharedSchemas schemas{};
};
BOOST_DESCRIBE_STRUCT(SendResponse, (), (connection_id, request_id, metadata, ret, schemas))
struct SendCancel {
  static constexpr std::string_view name = "send_cancel";
  ConnectionId connection_id = 0;
  RequestId request_id = 0;
  wire::MetadataView metadata{};
};
BOOST_DESCRIBE_STRUCT(SendCancel, (), (connection_id, request_id, metadata))

// One item of a channel, encoded.
struct Item {
  Body item{};
};
BOOST_DESCRIBE_STRUCT(Item, (), (item))
using ChannelBody = std::variant<Item, wire::Close, wire::Reset, wire::GrantCredit>;
struct SendChannel {
  static constexpr std::string_view name = "send_channel";
  ConnectionId connection_id = 0;
  ChannelId channel_id = 0;
  ChannelBody body{};
};
BOOST_DESCRIBE_STRUCT(SendChannel, (), (connection_id, channel_id, body))

}  // namespace command

using Command = std::variant<command::Open, command::Close, command::Accept, command::Reject,
                             command::Abandon, command::DropCaller, command::DropDriver,
                             command::Shutdown, command::Resume, command::SendCall,
                             command::SendResponse, command::SendCancel, command::SendChannel>;

}  // namespace vox::session
