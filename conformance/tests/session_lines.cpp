#include "conformance/tests/session_lines.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/wire/message.hpp"
#include "spec/assert.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "?");
}

std::string text_of(ConnectionSettings const& settings) {
  return word(settings.parity) + "/" + std::to_string(settings.max_concurrent_requests);
}

std::string text_of(wire::MetadataView metadata) {
  std::string text;
  for (auto const& entry : metadata) {
    if (!text.empty()) text += ", ";
    text += std::string{entry.key} + "=";
    if (auto const* const value = std::get_if<std::string_view>(&entry.value)) text += *value;
    if (auto const* const value = std::get_if<ByteView>(&entry.value)) text += to_hex(*value);
    if (auto const* const value = std::get_if<std::uint64_t>(&entry.value)) {
      text += std::to_string(*value);
    }
  }
  return "{" + text + "}";
}

std::string at(ConnectionId connection, std::uint64_t id) {
  return std::to_string(connection) + "#" + std::to_string(id);
}

// How many schemas a payload brings: the cases look at what is announced, not at its content.
std::string text_of_schemas(ByteView cbor) {
  auto const payload = schema::decode_payload(cbor);
  return payload ? std::to_string(payload->schemas.size()) + " schemas" : "no schemas at all";
}

struct RequestLine {
  ConnectionId connection;
  RequestId id;

  std::string operator()(wire::Call const& call) const {
    return "call " + at(connection, id) + " m" + std::to_string(call.method_id) + " " +
           text_of(call.metadata) + " " + to_hex(call.args) +
           (call.schemas.empty() ? "" : " inline " + text_of_schemas(call.schemas));
  }
  std::string operator()(wire::Response const& response) const {
    return "response " + at(connection, id) + " " + text_of(response.metadata) + " " +
           to_hex(response.ret) +
           (response.schemas.empty() ? "" : " inline " + text_of_schemas(response.schemas));
  }
  std::string operator()(wire::Cancel const& cancelled) const {
    return "cancel " + at(connection, id) + " " + text_of(cancelled.metadata);
  }
};

struct ChannelLine {
  ConnectionId connection;
  ChannelId id;

  std::string operator()(wire::Item const& sent) const {
    return "item " + at(connection, id) + " " + to_hex(sent.item);
  }
  std::string operator()(wire::Close const& closed) const {
    return "close_channel " + at(connection, id) + " " + text_of(closed.metadata);
  }
  std::string operator()(wire::Reset const& reset) const {
    return "reset " + at(connection, id) + " " + text_of(reset.metadata);
  }
  std::string operator()(wire::GrantCredit const& grant) const {
    return "grant " + at(connection, id) + " " + std::to_string(grant.additional);
  }
};

struct MessageLine {
  ConnectionId connection;

  [[nodiscard]] std::string on() const { return std::to_string(connection); }
  std::string operator()(wire::ProtocolError const& error) const {
    return "protocol_error " + on() + " " + std::string{error.description};
  }
  std::string operator()(wire::ConnectionOpen const& opening) const {
    return "open " + on() + " " + text_of(opening.connection_settings) + " " +
           text_of(opening.metadata);
  }
  std::string operator()(wire::ConnectionAccept const& accepting) const {
    return "accept " + on() + " " + text_of(accepting.connection_settings) + " " +
           text_of(accepting.metadata);
  }
  std::string operator()(wire::ConnectionReject const& rejecting) const {
    return "reject " + on() + " " + text_of(rejecting.metadata);
  }
  std::string operator()(wire::ConnectionClose const& closing) const {
    return "close " + on() + " " + text_of(closing.metadata);
  }
  std::string operator()(wire::RequestMessage const& request) const {
    return std::visit(RequestLine{connection, request.id}, request.body);
  }
  std::string operator()(wire::SchemaMessage const& schema) const {
    return "schema " + on() + " m" + std::to_string(schema.method_id) + " " +
           word(schema.direction) + " " + text_of_schemas(schema.schemas);
  }
  std::string operator()(wire::ChannelMessage const& channel) const {
    return std::visit(ChannelLine{connection, channel.id}, channel.body);
  }
  std::string operator()(wire::Ping const& ping) const {
    return "ping " + on() + " n" + std::to_string(ping.nonce);
  }
  std::string operator()(wire::Pong const& pong) const {
    return "pong " + on() + " n" + std::to_string(pong.nonce);
  }
};

struct EventLine {
  std::string operator()(event::NotSent const& unsent) const {
    return "not_sent " + word(unsent.receipt.kind) + " " +
           at(unsent.receipt.connection_id, unsent.receipt.id) + " " + word(unsent.reason);
  }
  std::string operator()(event::ConnectionRequested const& requested) const {
    return "requested " + std::to_string(requested.connection_id) + " " +
           text_of(requested.our_settings) + " " + text_of(requested.peer_settings) + " " +
           text_of(requested.request.entries());
  }
  std::string operator()(event::Opened const& opened) const {
    return "opened " + std::to_string(opened.connection_id) + " " + text_of(opened.our_settings) +
           " " + text_of(opened.peer_settings);
  }
  std::string operator()(event::OpenFailed const& failed) const {
    return "open_failed " + std::to_string(failed.connection_id) + " " + failed.error.text() +
           (failed.error.metadata.view().empty() ? "" : " " + text_of(failed.error.metadata));
  }
  std::string operator()(event::Closed const& closed) const {
    return "closed " + std::to_string(closed.connection_id) + " by " + word(closed.by) + " " +
           text_of(closed.metadata);
  }
  std::string operator()(event::CloseFailed const& failed) const {
    return "close_failed " + std::to_string(failed.connection_id) + " " + failed.error.text();
  }
  std::string operator()(event::CallReceived const& received) const {
    return RequestLine{received.connection_id, received.request_id}(received.call);
  }
  std::string operator()(event::ResponseReceived const& received) const {
    return RequestLine{received.connection_id, received.request_id}(received.response) +
           (received.method_id ? " for m" + std::to_string(*received.method_id) : "");
  }
  std::string operator()(event::CancelReceived const& received) const {
    return RequestLine{received.connection_id, received.request_id}(received.cancel);
  }
  std::string operator()(event::ChannelReceived const& received) const {
    return std::visit(ChannelLine{received.connection_id, received.channel_id}, received.body);
  }
  std::string operator()(event::ConduitWanted const& wanted) const {
    return "conduit_wanted" + (wanted.resume_key ? " " + to_hex(*wanted.resume_key) : "") +
           (wanted.deadline
                ? " until " + std::to_string(wanted.deadline->time_since_epoch().count() / 1000)
                : "");
  }
  std::string operator()(event::Disconnected const&) const { return "disconnected"; }
  std::string operator()(event::Resumed const& resumed) const {
    return "resumed " + std::to_string(resumed.generation) +
           (resumed.peer_supports_retry ? " with retry" : "");
  }
  std::string operator()(event::Warning const& warning) const {
    return "warning " + std::to_string(warning.connection_id) + " " + warning.text;
  }
  std::string operator()(event::Ended const& ended) const {
    return "ended " + word(ended.cause) + (ended.rule ? " " + std::string{ended.rule->id()} : "");
  }
};

}  // namespace

std::string line_of(Event const& event) {
  return std::visit(EventLine{}, event);
}
std::string line_of(Transmit const& transmit, ByteView payload) {
  auto const message = wire::decode_message(payload);
  VOX_ASSERT(message.has_value() && message->connection_id == transmit.receipt.connection_id);
  return "send " + line_of(*message);
}
std::string line_of(wire::Message const& message) {
  return std::visit(MessageLine{message.connection_id}, message.payload);
}

}  // namespace voxspec::test
