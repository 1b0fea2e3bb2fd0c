#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/command.hpp"
#include "impl/session/connection_table.hpp"
#include "impl/session/error.hpp"
#include "impl/session/event.hpp"
#include "impl/session/event_queue.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/session/input.hpp"
#include "impl/session/options.hpp"
#include "impl/session/outbox.hpp"
#include "impl/session/policy.hpp"
#include "impl/session/timers.hpp"
#include "impl/session/transitions.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/violation.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
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
  ConnectionState state = ConnectionState::absent;
  ConnectionSettings our_settings;
  ConnectionSettings peer_settings;
  std::size_t requests_from_peer = 0;  // that we have not answered
  std::size_t requests_from_us = 0;    // that the peer has not answered
};

// One side of one session, over whatever conduits it lives to see: connections, who may open and
// close them, the routing of messages, schemas before data, keepalive, loss and resumption.
//
// It does no I/O and knows no time but what it is told. handle() takes what happens to it and
// call() what the application wants of it. After each of them there may be two kinds of output:
// poll_event() gives what the application has to know, poll_transmit() the messages for the
// conduit, one at a time, whenever the conduit has room for one. Whoever sends them reports back
// by input::Written, so that the session knows what has gone out. Same calls, same outputs, byte
// for byte. It is not copied, and used by one thread at a time.
//
// What the session may hold is bounded. Answers that we owe the peer, and events, are always taken;
// at their limits can_receive() is false, and the peer has to wait. Commands that send something
// new are refused with Misuse::queue_full at theirs. A message counts until it is written.
//
// A broken rule of the peer ends it (event::Ended); a mistaken command is refused and changes
// nothing; time that runs backwards, a payload handed in while !can_receive(), or a token reported
// as written before it was handed out, is a bug of the program and stops it.
// r[impl session] r[impl session.symmetry] r[impl session.peer]
class Session {
 public:
  // Begins a session on a conduit whose handshake is done.
  [[nodiscard]] static std::expected<Session, SessionError> establish(TimePoint now,
                                                                      SessionOptions options,
                                                                      HandshakeOutcome outcome);

  void handle(TimePoint now, Input input);
  // A refused command is left as it was, so that it can be tried again.
  std::expected<Accepted, Refusal> call(TimePoint now, Command&& command);
  // Whoever reads what the session passes on found that the peer broke this rule: tells the peer
  // and ends the session.
  void accuse(TimePoint now, Rule rule, std::string_view detail);
  // The conduit takes no larger messages; Limits::frame_bytes_max holds besides. To be said before
  // anything is sent on the conduit.
  void limit_messages(std::size_t bytes_max);
  [[nodiscard]] std::optional<Event> poll_event();
  // Appends exactly one encoded message to `out`, if one is waiting.
  [[nodiscard]] std::optional<Transmit> poll_transmit(wire::Buffer& out);
  // When to come with input::DeadlineReached.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const { return timers_.earliest(); }

  [[nodiscard]] SessionState state() const { return state_; }
  // False while the peer must not be listened to: too much of what we owe it is not written, or too
  // many events were not polled.
  [[nodiscard]] bool can_receive() const { return !outbox_.owes_too_much() && !events_.is_full(); }
  // False while commands that send something new are refused for want of room.
  [[nodiscard]] bool can_send() const { return !outbox_.wants_too_much(); }
  [[nodiscard]] bool has_event() const { return !events_.empty(); }
  [[nodiscard]] bool has_transmit() const { return outbox_.has_waiting(); }
  // Every token up to here of which no event::NotSent speaks has gone out.
  [[nodiscard]] Token written_through() const { return written_through_; }
  // What the session holds, as far as Limits::session_bytes_max counts it.
  [[nodiscard]] std::size_t held_bytes() const;
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
  // What the peer has announced on the connection up to now; null before the first announcement.
  // Holds until the next input.
  [[nodiscard]] schema::ReceiveTracker const* received_schemas(ConnectionId id) const;
  // Whether an announcement of the binding has gone out on the connection.
  [[nodiscard]] bool has_announced(ConnectionId id, schema::Binding binding) const;
  // The method of a request from the peer that we have not answered.
  [[nodiscard]] std::optional<MethodId> unanswered_method(ConnectionId id,
                                                          RequestId request_id) const;

 private:
  using Answer = std::expected<Accepted, Refusal>;
  // An announcement that was handed out and is not known to have gone out.
  struct AnnouncementInFlight {
    Token token = 0;
    Token message_token = 0;  // of the message that needs it
    ConnectionId connection_id = 0;
    schema::Binding binding;
    schema::SchemaPayload announced;
  };

  Session(SessionOptions options, HandshakeOutcome outcome);

  void advance(TimePoint now);
  void end(EndCause cause, std::string_view detail, std::optional<Rule> rule = std::nullopt);
  void violate(Rule rule, std::string_view detail);
  void warn(ConnectionId id, std::string_view text);
  void begin_keepalive();
  void watch_for_stall(bool is_progress);

  // Sending. A message that the session sends by itself is always taken; one that a command asks
  // for may be too much.
  struct Outgoing {
    Receipt receipt;
    wire::MessagePayload const& payload;
    Body* body = nullptr;  // of the opaque field that is left empty in `payload`
    std::optional<Announcement> announcement{};
  };
  std::expected<Token, Misuse> enqueue(Outgoing outgoing);
  Token send(Receipt receipt, wire::MessagePayload const& payload);
  [[nodiscard]] std::optional<Misuse> cannot_send(SendKind kind) const;
  [[nodiscard]] std::optional<Transmit> announce(OutgoingMessage& message, wire::Buffer& out);
  [[nodiscard]] std::optional<schema::SchemaPayload> missing(
      Slot const& slot, Announcement const& announcement) const;
  // Encodes the announcement into announcement_cbor_; false if no payload can take it.
  [[nodiscard]] bool encode_announcement(schema::SchemaPayload const& announced);
  [[nodiscard]] bool can_be_announced(Receipt const& receipt, Announcement const& announcement);
  void release_tables(ConnectionId id);
  bool fail_front(NotSentReason reason);
  void fail_all();
  bool on_unsent(MessageInFlight const& message, NotSentReason reason);
  void put(Event event);

  // Inputs.
  void on(input::Received& received);
  void on(input::ConduitLost& lost);
  void on(input::Written& written);
  void on(input::Progress& progress);
  void on(input::ReadingHeldUp& held_up);
  void on(input::SendFailed& failed);
  void on(input::Recovered& recovered);
  void on(input::RecoveryFailed& failed);
  void on(input::DeadlineReached& reached);

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
  void offer(ConnectionId id, wire::ConnectionOpen const& open);
  void activate(Slot& slot, wire::ConnectionAccept const& accept);
  void route(Slot& slot, Arrival const& arrival);
  [[nodiscard]] bool admit_call(Slot& slot, RequestId id, wire::Call const& call);
  [[nodiscard]] bool admit_response(Slot& slot, RequestId id, wire::Response const& response,
                                    std::optional<MethodId>& method);
  [[nodiscard]] bool record_schemas(Slot& slot, schema::Binding binding, ByteView schemas,
                                    std::string_view context);
  [[nodiscard]] schema::ReceiveTracker& tracker_of(Slot& slot) const;
  [[nodiscard]] static schema::AnnouncedType announced(Slot const& slot, schema::Binding binding);
  // The connections and what was announced on them take half of what the session may hold, so that
  // messages find room.
  [[nodiscard]] bool tables_are_full() const {
    return connections_.held_bytes() >= options_.limits.session_bytes_max / 2;
  }
  [[nodiscard]] static bool is_announced(Slot const& slot, schema::Binding binding);

  // Connections.
  void close_slot(Slot& slot, ConnectionState as, event::Closed closed);
  void refuse_message(Slot& slot, Rule rule, std::string_view detail);
  void lose_driver(Slot& slot);
  void end_if_released();

  // Commands.
  Answer on(command::Open& open);
  Answer on(command::Close& close);
  Answer on(command::Accept& accept);
  Answer on(command::Reject& reject);
  Answer on(command::Abandon& abandon);
  Answer on(command::DropCaller& drop);
  Answer on(command::DropDriver& drop);
  Answer on(command::Shutdown& shutdown);
  Answer on(command::Resume& resume);
  Answer on(command::SendCall& call);
  Answer on(command::SendResponse& response);
  Answer on(command::SendCancel& cancel);
  Answer on(command::SendChannel& channel);
  Answer accept_offer(ConnectionId id);
  [[nodiscard]] std::optional<Misuse> cannot_send_on(ConnectionId id, SendKind kind) const;
  [[nodiscard]] bool is_the_root(ConnectionId id) const;
  [[nodiscard]] std::optional<Misuse> cannot_decide_on(ConnectionId id) const;
  // Whether the announcement that has to go before data of the binding can be made.
  [[nodiscard]] bool can_announce(Slot const& slot, schema::Binding binding,
                                  SharedSchemas const& schemas) const;
  [[nodiscard]] static std::optional<Announcement> announcement_for(Slot const& slot,
                                                                    schema::Binding binding,
                                                                    SharedSchemas const& schemas);
  void warn_of_missing_schemas(Slot const& slot, schema::Binding binding);
  Token drop_caller(ConnectionId id);

  // Conduits.
  void lose_conduit(std::string_view error);
  void resume(HandshakeOutcome const& outcome);
  void give_up_pending_opens();

  SessionOptions options_;
  Policy policy_;
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

  EventQueue events_;
  Outbox outbox_;
  std::size_t message_bytes_max_;
  Token written_through_ = 0;
  std::vector<AnnouncementInFlight> announcing_;
  wire::Buffer announcement_cbor_;
};

}  // namespace vox::session
