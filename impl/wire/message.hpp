#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/dialect.hpp"
#include "spec/settings.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string_view>
#include <variant>

// Everything that two peers say to each other after the handshake. All members are views: a decoded
// message lives as long as its payload, a message to be encoded as long as what it was made of.
// Alternatives and fields stand in wire order; `name` is the variant's name in the exchanged schema
// and, in snake case, in traces.
namespace vox::wire {

// The peer says that we broke a rule, and leaves.
// r[impl session.protocol-error]
struct ProtocolError {
  static constexpr std::string_view name = "ProtocolError";
  std::string_view description;
  bool operator==(ProtocolError const&) const = default;
};

// Asks for a virtual connection on the id that the message carries.
// r[impl connection.open]
struct ConnectionOpen {
  static constexpr std::string_view name = "ConnectionOpen";
  ConnectionSettings connection_settings;
  MetadataView metadata;
  bool operator==(ConnectionOpen const&) const = default;
};
struct ConnectionAccept {
  static constexpr std::string_view name = "ConnectionAccept";
  ConnectionSettings connection_settings;
  MetadataView metadata;
  bool operator==(ConnectionAccept const&) const = default;
};
struct ConnectionReject {
  static constexpr std::string_view name = "ConnectionReject";
  MetadataView metadata;
  bool operator==(ConnectionReject const&) const = default;
};
// r[impl connection.close]
struct ConnectionClose {
  static constexpr std::string_view name = "ConnectionClose";
  MetadataView metadata;
  bool operator==(ConnectionClose const&) const = default;
};

// The bodies of a RequestMessage. `schemas` is an inlined schema payload, which 0.4.0 reads but
// never writes.
struct Call {
  static constexpr std::string_view name = "Call";
  std::uint64_t method_id = 0;
  MetadataView metadata;
  ByteView args;
  ByteView schemas;
  bool operator==(Call const&) const;
};
struct Response {
  static constexpr std::string_view name = "Response";
  MetadataView metadata;
  ByteView ret;
  ByteView schemas;
  bool operator==(Response const&) const;
};
struct Cancel {
  static constexpr std::string_view name = "Cancel";
  MetadataView metadata;
  bool operator==(Cancel const&) const = default;
};
using RequestBody = std::variant<Call, Response, Cancel>;

// One step of the request with this id, on the connection of the message.
// r[impl rpc.request] r[impl rpc.response]
struct RequestMessage {
  static constexpr std::string_view name = "RequestMessage";
  std::uint64_t id = 0;
  RequestBody body;
  bool operator==(RequestMessage const&) const = default;
};

// Which half of a method a schema binding is about.
enum class BindingDirection : std::uint8_t { args = 0, response = 1 };
BOOST_DESCRIBE_ENUM(BindingDirection, args, response)

// Announces the schemas of one direction of one method; `schemas` is a CBOR SchemaPayload.
// r[impl schema.format.delivery]
struct SchemaMessage {
  static constexpr std::string_view name = "SchemaMessage";
  std::uint64_t method_id = 0;
  BindingDirection direction = BindingDirection::args;
  ByteView schemas;
  bool operator==(SchemaMessage const&) const;
};

// The bodies of a ChannelMessage.
struct Item {
  static constexpr std::string_view name = "Item";
  ByteView item;
  bool operator==(Item const&) const;
};
struct Close {
  static constexpr std::string_view name = "Close";
  MetadataView metadata;
  bool operator==(Close const&) const = default;
};
struct Reset {
  static constexpr std::string_view name = "Reset";
  MetadataView metadata;
  bool operator==(Reset const&) const = default;
};
struct GrantCredit {
  static constexpr std::string_view name = "GrantCredit";
  std::uint32_t additional = 0;
  bool operator==(GrantCredit const&) const = default;
};
using ChannelBody = std::variant<Item, Close, Reset, GrantCredit>;

// One step of the channel with this id, on the connection of the message.
// r[impl rpc.channel]
struct ChannelMessage {
  static constexpr std::string_view name = "ChannelMessage";
  std::uint64_t id = 0;
  ChannelBody body;
  bool operator==(ChannelMessage const&) const = default;
};

// r[impl session.keepalive]
struct Ping {
  static constexpr std::string_view name = "Ping";
  std::uint64_t nonce = 0;
  bool operator==(Ping const&) const = default;
};
struct Pong {
  static constexpr std::string_view name = "Pong";
  std::uint64_t nonce = 0;
  bool operator==(Pong const&) const = default;
};

using MessagePayload =
    std::variant<ProtocolError, ConnectionOpen, ConnectionAccept, ConnectionReject, ConnectionClose,
                 RequestMessage, SchemaMessage, ChannelMessage, Ping, Pong>;

// r[impl session.message] r[impl session.message.connection-id] r[impl session.message.payloads]
struct Message {
  std::uint64_t connection_id = 0;
  MessagePayload payload;
  bool operator==(Message const&) const = default;
};

// Decodes one payload. It allocates nothing; the message's views point into `payload`.
[[nodiscard]] Result<Message> decode_message(ByteView payload,
                                             Strictness strictness = Strictness::strict,
                                             std::size_t metadata_entries_max = 1024,
                                             Dialect dialect = Dialect::vox_0_4);

// Appends the message to `out` in one pass.
void encode_message(Buffer& out, Message const& message, Dialect dialect = Dialect::vox_0_4);
[[nodiscard]] Bytes encode_message(Message const& message, Dialect dialect = Dialect::vox_0_4);

}  // namespace vox::wire
