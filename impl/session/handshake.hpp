#pragma once
#include "impl/schema/message_schema.hpp"
#include "impl/session/error.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/session/message_plan.hpp"
#include "impl/session/policy.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/metadata.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"
#include "spec/parity.hpp"
#include "spec/rulebook.hpp"
#include "spec/settings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vox::session {

// What one side brings to a handshake.
struct HandshakeOptions {
  Role role = Role::initiator;
  Rulebook rulebook = Rulebook::vox_0_4;
  // For the root connection. An acceptor's parity is the one that the initiator leaves.
  ConnectionSettings settings{};
  bool supports_retry = true;
  // An initiator presents the key of the session it wants back. An acceptor issues this key, which
  // has to be fresh.
  std::optional<ResumeKey> resume_key{};
  // An acceptor that waits for one certain session refuses every other key.
  std::optional<ResumeKey> expected_key{};
  // An initiator replaces the conduit that its session has lost. 0.4.0 then reads as if the peer
  // wrote messages as it does itself, whatever the peer's schemas say.
  bool is_recovery = false;
  wire::Metadata metadata{};
  // Our client's service, announced as `vox-service` after the metadata; empty for none.
  std::string service{};
  // What is announced as our schemas of Message, as CBOR; nobody but a test says anything else.
  ByteView message_schemas = schema::message_schemas_cbor();
  Limits limits{};
};

// The three CBOR payloads by which a session begins on a link, from one side. It does no I/O: it
// takes the peer's payloads and gives its own, until there is an outcome or a failure. After a
// failure the link is to be closed, once what poll() still has is sent.
// r[impl session.handshake] r[impl session.handshake.cbor] r[impl session.role]
class Handshake {
 public:
  explicit Handshake(HandshakeOptions options);

  void receive(ByteView payload);
  // The link is gone. An empty error means that the peer closed it.
  void lose_link(std::string_view error);
  // What to send next. It holds until the next call of any kind.
  [[nodiscard]] std::optional<ByteView> poll();

  // One of the two when it is over.
  [[nodiscard]] std::optional<HandshakeOutcome> const& outcome() const { return outcome_; }
  [[nodiscard]] std::optional<SessionError> const& failure() const { return failure_; }
  [[nodiscard]] bool is_over() const { return outcome_ || failure_; }

 private:
  // What is waited for.
  enum class Step : std::uint8_t { hello, hello_yourself, lets_go };

  void on_hello(wire::Hello const& hello);
  void on_hello_yourself(wire::HelloYourself const& answer);
  void conclude();
  // Takes the peer's message schemas, or says why they do not go with ours.
  [[nodiscard]] std::optional<PlanFailure> compare(ByteView peer_schemas);
  void send(wire::HandshakeMessage const& message);
  // Says Sorry for this reason, and fails with that detail.
  void refuse(std::string_view reason, std::string_view detail);
  void fail(std::string_view detail) { failure_ = protocol_error(detail); }
  [[nodiscard]] wire::Metadata announced_metadata() const;
  [[nodiscard]] Policy policy() const { return Policy::of(options_.rulebook); }

  HandshakeOptions options_;
  Step step_;
  HandshakeOutcome forming_;  // what is known so far
  std::optional<PlanFailure> plan_failure_;
  std::optional<HandshakeOutcome> outcome_;
  std::optional<SessionError> failure_;
  wire::Buffer out_;
  bool has_output_ = false;
};

}  // namespace vox::session
