#pragma once
#include "conformance/tests/session_lines.hpp"
#include "impl/session/session.hpp"
#include "impl/wire/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// One session of the reference implementation, spoken to by hand: the test plays its peer, its
// application, its clock and its conduit, which takes every message at once. All that it says in
// turn is written as lines, first its events and then its messages, so that a case is a list of
// what is done and of what has to come of it.
namespace voxspec::test {

[[nodiscard]] vox::ResumeKey resume_key(unsigned number);
// What an initiator (odd ids) and an acceptor (even ids) know after a plain handshake with key 7.
[[nodiscard]] vox::session::HandshakeOutcome as_initiator();
[[nodiscard]] vox::session::HandshakeOutcome as_acceptor();

[[nodiscard]] vox::session::SessionOptions in_spec();
[[nodiscard]] vox::session::SessionOptions in_0_4();

// An open that names a service, and the other messages of the peer that cases use most.
[[nodiscard]] vox::wire::MessagePayload open(vox::Parity parity = vox::Parity::even,
                                             std::uint32_t max_concurrent_requests = 64);
[[nodiscard]] vox::wire::MessagePayload accept(vox::Parity parity = vox::Parity::even);
[[nodiscard]] vox::wire::MessagePayload reject();
[[nodiscard]] vox::wire::MessagePayload close();
[[nodiscard]] vox::wire::MessagePayload call(std::uint64_t request_id, std::uint64_t method_id = 7,
                                             vox::ByteView schemas = {});
[[nodiscard]] vox::wire::MessagePayload reply(std::uint64_t request_id, vox::ByteView schemas = {});
[[nodiscard]] vox::wire::MessagePayload cancel(std::uint64_t request_id);
[[nodiscard]] vox::wire::MessagePayload item(std::uint64_t channel_id);
[[nodiscard]] vox::wire::MessagePayload schemas(vox::wire::BindingDirection direction,
                                                vox::ByteView cbor, std::uint64_t method_id = 7);

// Schemas of u32 and of string, as CBOR and as an application holds them.
[[nodiscard]] vox::ByteView u32_schema();
[[nodiscard]] vox::ByteView text_schema();
[[nodiscard]] vox::session::SharedSchemas u32_type();
[[nodiscard]] vox::session::SharedSchemas text_type();

// The last line that is an event, and not a message; empty if there is none.
[[nodiscard]] std::string last_event(Lines const& lines);

class SessionScript {
 public:
  // The session is established and, if it asks for consent to its root, gets it.
  explicit SessionScript(vox::session::SessionOptions options = {},
                         vox::session::HandshakeOutcome outcome = as_initiator());

  // What the session says after each of these. A refused command is the line "refused: …".
  Lines hears(vox::session::ConnectionId id, vox::wire::MessagePayload const& payload);
  Lines hears(vox::Bytes payload);
  Lines does(vox::session::Command command);
  Lines happens(vox::session::Input input);
  // Lets the time pass to so many milliseconds after the start and tells the session.
  Lines at(std::int64_t milliseconds);
  Lines loses_conduit() { return happens(vox::session::input::ConduitLost{}); }

  // The message that says_next() gave last does not go out.
  Lines fails_to_send();

  // For cases that do not want everything polled at once. A message that says_next() gave counts as
  // written as soon as the session is spoken to again.
  [[nodiscard]] std::expected<vox::session::Accepted, vox::session::Refusal> quietly(
      vox::session::Command command);
  void quietly(vox::session::Input input);
  [[nodiscard]] std::string says_next();
  Lines says();
  // Everything that was handed out is written.
  void writes();

  // All payloads that went out, in order.
  [[nodiscard]] std::vector<vox::Bytes> const& sent() const { return sent_; }
  // When the session wants to be woken, in milliseconds after the start.
  [[nodiscard]] std::optional<std::int64_t> deadline() const;

  // An active virtual connection, opened by us, and one opened by the peer.
  vox::session::ConnectionId opened_by_us(vox::Parity parity = vox::Parity::odd);
  vox::session::ConnectionId opened_by_peer(vox::Parity parity = vox::Parity::even,
                                            std::uint32_t max_concurrent_requests = 64);

  vox::session::Session session;
  vox::TimePoint now{};

 private:
  vox::session::ConnectionId next_of_peer_;
  std::vector<vox::Bytes> sent_;
  vox::session::Token handed_out_ = 0;
};

// In `spec`: method 7 announced by the peer, for calls and for responses.
[[nodiscard]] SessionScript announced(vox::session::SessionOptions options = in_spec());
// A call and a response of ours of that method, with their types.
[[nodiscard]] vox::session::command::SendCall our_call(vox::session::RequestId id,
                                                       vox::session::ConnectionId connection = 0);
[[nodiscard]] vox::session::command::SendResponse our_response(
    vox::session::RequestId id, vox::session::ConnectionId connection = 0);

}  // namespace voxspec::test
