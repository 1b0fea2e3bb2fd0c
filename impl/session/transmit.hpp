#pragma once
#include "impl/session/ids.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>

// Messages on their way out: how one is named, and what became of it.
namespace vox::session {

// Names one message that was accepted for sending. Tokens rise in the order in which messages go
// out, schema announcements included; some numbers may be skipped. 0 names no message.
using Token = std::uint64_t;

enum class SendKind : std::uint8_t {
  protocol_error,
  open,
  accept,
  reject,
  close,
  schema,
  call,
  response,
  cancel,
  channel,
  ping,
  pong,
};
BOOST_DESCRIBE_ENUM(SendKind, protocol_error, open, accept, reject, close, schema, call, response,
                    cancel, channel, ping, pong)

// What a message is. `id` is that of the request or channel, the method of a schema message, or
// the nonce of a ping or pong.
struct Receipt {
  SendKind kind = SendKind::protocol_error;
  ConnectionId connection_id = 0;
  std::uint64_t id = 0;
  bool operator==(Receipt const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Receipt, (), (kind, connection_id, id))

// One message that Session::poll_transmit() appended to the caller's buffer.
struct Transmit {
  Token token = 0;
  Receipt receipt{};
  bool operator==(Transmit const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Transmit, (), (token, receipt))

// The answer to an accepted command: the connection that it was about (for an Open, the id that it
// gets) and the message that goes out because of it. Token 0: no message goes out.
struct Accepted {
  ConnectionId connection_id = 0;
  Token token = 0;
  bool operator==(Accepted const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (connection_id, token))

// Why an accepted message counts as not sent.
//  conduit_lost       it was still waiting when the conduit was lost: the peer does not have it
//  unconfirmed        it was handed out, and the conduit was lost before it was reported as
//  written:
//                     the peer may have it
//  send_failed        the conduit, or a limit, refused it or the schemas that it needs
//  connection_closed  the peer closed the connection while it was waiting
enum class NotSentReason : std::uint8_t {
  conduit_lost,
  unconfirmed,
  send_failed,
  connection_closed,
};
BOOST_DESCRIBE_ENUM(NotSentReason, conduit_lost, unconfirmed, send_failed, connection_closed)

}  // namespace vox::session
