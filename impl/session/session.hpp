#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/command.hpp"
#include "impl/session/connection_table.hpp"
#include "impl/session/error.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/session/input.hpp"
#include "impl/session/options.hpp"
#include "impl/session/outbox.hpp"
#include "impl/session/output.hpp"
#include "impl/session/timers.hpp"
#include "impl/session/transitions.hpp"
#include "impl/wire/violation.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

namespace vox::session {

// Whether a session has a conduit, and if not, what it waits for.
// r[impl session.outlives-conduit]
enum class SessionState : std::uint8_t { connected, recovering, waiting, ended };
BOOST_DESCRIBE_ENUM(SessionState, connected, recovering, waiting, ended)

// What is known of one live connection.
struct ConnectionInfo {
  Place place = Place::absent;
  ConnectionSettings our_settings;
  ConnectionSettings peer_settings;
  std::size_t requests_from_peer = 0;  // that we have not answered
  std::size_t requests_from_us = 0;    // that the peer has not answered
};

// One side of one session, over whatever conduits it lives to see: connections, who may open and
// close them, the routing of messages, schemas before data, keepalive, loss and resumption.
//
// It does no I/O and knows no time but what it is told. Three calls make it go: handle() for what
// happens to it, call() for what the application wants of it, and poll(), after each of the two
// until it gives nothing more, for what it wants in turn. Same calls, same outputs, byte for byte.
// It is not copied, and used by one thread at a time.
//
// A broken rule of the peer ends it (output::Ended); a mistaken command is refused and changes
// nothing; time that runs backwards, or a payload handed in while !can_receive(), is a bug of the
// program and stops it.
// r[impl session] r[impl session.symmetry] r[impl session.peer]
class Session {
 public:
  // Begins a session on a conduit whose handshake is done.
  [[nodiscard]] static std::expected<Session, SessionError> establish(TimePoint now,
                                                                      SessionOptions options,
                                                                      HandshakeOutcome outcome);

  void handle(TimePoint now, Input const& input);
  // The connection that the command was about; for an Open, the id that it gets.
  std::expected<ConnectionId, Refusal> call(TimePoint now, Command const& command);
  [[nodiscard]] std::optional<Output> poll();
  // When to come with input::DeadlineReached.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const { return timers_.earliest(); }

  [[nodiscard]] SessionState state() const { return state_; }
  // False while so much waits to be sent that the peer must not be listened to.
  [[nodiscard]] bool can_receive() const { return !outbox_.is_full(); }
  // False while commands that send are refused for want of room.
  [[nodiscard]] bool can_send() const { return !outbox_.is_full(); }
  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] Rulebook rulebook() const { return options_.rulebook; }
  [[nodiscard]] ConnectionSettings const& our_settings() const { return our_settings_; }
  [[nodiscard]] ConnectionSettings const& peer_settings() const { return peer_settings_; }
  [[nodiscard]] bool peer_supports_retry() const { return peer_supports_retry_; }
  [[nodiscard]] std::optional<ResumeKey> const& resume_key() const { return resume_key_; }
  // How often the session was resumed. r[impl core.B4]
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] std::size_t connection_count() const;
  [[nodiscard]] std::optional<ConnectionInfo> connection(ConnectionId id) const;
  // What the peer has announced on the connection; null before the first announcement. It holds
  // until the next handle() or call().
  [[nodiscard]] schema::ReceiveTracker const* received_schemas(ConnectionId id) const;
  [[nodiscard]] bool has_announced(ConnectionId id, schema::Binding binding) const;
  // The method of a request from the peer that we have not answered.
  [[nodiscard]] std::optional<MethodId> unanswered_method(ConnectionId id,
                                                          RequestId request_id) const;

 private:
  // What poll() handed out last and is not yet known to be gone.
  enum class InFlight : std::uint8_t { nothing, announcement, payload };
  using Answer = std::expected<ConnectionId, Refusal>;

  Session(SessionOptions options, HandshakeOutcome outcome);

  void advance(TimePoint now);
  void end(EndCause cause, std::string_view detail, std::optional<Rule> rule = std::nullopt);
  void violate(Rule rule, std::string_view detail);
  void warn(ConnectionId id, std::string_view text);
  void begin_keepalive();
  [[nodiscard]] bool follows_spec() const { return options_.rulebook == Rulebook::spec; }

  // Sending.
  Batch& send(Receipt receipt, wire::MessagePayload const& payload);
  void commit_in_flight();
  [[nodiscard]] std::optional<Output> announce(Batch& batch);
  void on_send_failed(std::string_view error);
  [[nodiscard]] Output outcome_of_unsent(Batch const& batch);

  // Inputs.
  void on(input::Received const& received);
  void on(input::ConduitLost const& lost);
  void on(input::Recovered const& recovered);
  void on(input::RecoveryFailed const& failed);
  void on(input::SendFailed const& failed);
  void on(input::DeadlineReached const& reached);

  // Messages.
  struct Arrival {
    wire::Message const& message;
    Backing const& backing;
    Incoming kind;
  };
  [[nodiscard]] Result<wire::Message> decode(Backing& payload) const;
  [[nodiscard]] Incoming classify(wire::Message const& message) const;
  void receive(Arrival const& arrival);
  void refuse_open(ConnectionId id, wire::MetadataView reasons);
  void refuse_offer(ConnectionId id, wire::MetadataView reasons);
  void offer(ConnectionId id, wire::ConnectionOpen const& open);
  void activate(Slot& slot, wire::ConnectionAccept const& accept);
  void route(Slot& slot, Arrival const& arrival);
  [[nodiscard]] bool admit_call(Slot& slot, RequestId id, wire::Call const& call);
  [[nodiscard]] bool admit_response(Slot& slot, RequestId id, wire::Response const& response,
                                    std::optional<MethodId>& method);
  [[nodiscard]] bool record_schemas(Slot& slot, schema::Binding binding, ByteView schemas,
                                    std::string_view context);
  [[nodiscard]] static bool is_announced(Slot const& slot, schema::Binding binding);

  // Connections.
  void close_slot(Slot& slot, Place as, output::Closed closed);
  void refuse_message(Slot& slot, Rule rule, std::string_view detail);
  void lose_driver(Slot& slot);
  void end_if_released();

  // Commands.
  Answer on(command::Open const& open);
  Answer on(command::Close const& close);
  Answer on(command::Accept const& accept);
  Answer on(command::Reject const& reject);
  Answer on(command::Abandon const& abandon);
  Answer on(command::DropCaller const& drop);
  Answer on(command::DropDriver const& drop);
  Answer on(command::Shutdown const& shutdown);
  Answer on(command::Resume const& resume);
  Answer on(command::SendCall const& call);
  Answer on(command::SendResponse const& response);
  Answer on(command::SendCancel const& cancel);
  Answer on(command::SendChannel const& channel);
  [[nodiscard]] std::optional<Misuse> cannot_send_on(ConnectionId id) const;
  [[nodiscard]] bool is_the_root(ConnectionId id) const;
  [[nodiscard]] std::optional<Misuse> cannot_decide_on(ConnectionId id) const;
  // Whether the announcement that has to go before data of the binding can be made.
  [[nodiscard]] bool can_announce(Slot const& slot, schema::Binding binding,
                                  SharedSchemas const& schemas) const;
  void attach(Batch& batch, Slot const& slot, schema::Binding binding,
              SharedSchemas const& schemas);
  void drop_caller(ConnectionId id);

  // Conduits.
  void lose_conduit(std::string_view error);
  void resume(HandshakeOutcome const& outcome);
  void give_up_pending_opens();

  SessionOptions options_;
  Role role_;
  ConnectionSettings our_settings_;
  ConnectionSettings peer_settings_;
  bool peer_supports_retry_;
  std::optional<ResumeKey> resume_key_;
  std::shared_ptr<schema::Plan const> plan_;

  TimePoint now_{};
  SessionState state_ = SessionState::connected;
  std::uint64_t generation_ = 0;
  Timers timers_;
  std::optional<Keepalive> keepalive_;
  IdAllocator connection_ids_;
  ConnectionTable connections_;
  bool root_is_offered_ = false;
  bool root_is_released_ = false;
  std::vector<ConnectionId> deferred_drops_;  // of callers, while the recoverer is at work

  Outbox outbox_;
  InFlight in_flight_ = InFlight::nothing;
  std::optional<schema::SchemaPayload> announced_;  // of the announcement in flight
  wire::Buffer announcement_cbor_;
  wire::Buffer announcement_;
};

}  // namespace vox::session
