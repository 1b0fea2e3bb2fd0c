#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/rpc/call_table.hpp"
#include "impl/rpc/channel_table.hpp"
#include "impl/rpc/command.hpp"
#include "impl/rpc/connection.hpp"
#include "impl/rpc/event.hpp"
#include "impl/rpc/input.hpp"
#include "impl/rpc/operations.hpp"
#include "impl/rpc/policy.hpp"
#include "impl/rpc/request_table.hpp"
#include "impl/session/ring.hpp"
#include "impl/session/session.hpp"
#include "impl/wire/writer.hpp"
#include "spec/clock.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace vox::rpc {

// What is decided about an endpoint before it begins.
struct EndpointOptions {
  session::SessionOptions session{};
  // The conduit, if it is a stable one, as its handshake left it.
  std::optional<conduit::StableConduit> stable{};
  // Somebody answers event::LinkWanted.
  bool has_links = false;
  // For operations; the rulebook and the limits are those of the session. `durable`: somebody
  // performs what event::StoreWanted asks for. In vox_0_4 nothing is asked: operations are those of
  // a connection, which no process outlives, and persistent ones are kept in memory as well.
  bool durable = false;
  SessionIdentity identity{};
  Bytes store_context{};
  // What a store holds of the session that the peer comes back to; it takes the place of
  // `identity`.
  std::optional<RestoredSession> restored{};
};

// One item of a channel, as our own encoder would have written it.
struct ReceivedItem {
  Backing backing;
  ByteView bytes;
};
// An item, the end of the channel, or neither yet.
using TakenItem = std::variant<std::monostate, ReceivedItem, ChannelEnd>;

// One end of one session, from the payloads of its link up to calls, channels and operations. It
// owns the session and, if there is one, the stable conduit.
//
// It does no I/O and knows no time but what it is told. handle() takes what happens to it and
// call() what the application wants. After each of them, poll_event() gives what the application
// has to know, and poll_transmit() the payloads for the link, one at a time, whenever the link has
// room. What was written is reported by input::Written.
//
// What it holds is bounded by Limits. What the application has not taken (events, items) and what
// we owe the peer stop the reading; what we want to send waits, or is refused, and stops nothing.
// A request of the peer is answered exactly once, or its attempt is over: by an answer of the
// application, or by the endpoint for methods that are unknown and arguments that cannot be read.
// r[impl rpc] r[impl rpc.pipelining] r[impl rpc.error.scope]
class Endpoint {
 public:
  [[nodiscard]] static std::expected<Endpoint, session::SessionError> establish(
      TimePoint now, EndpointOptions options, session::HandshakeOutcome outcome);

  void handle(TimePoint now, Input input);
  // A refused command is left as it was, so that it can be tried again.
  [[nodiscard]] std::expected<Accepted, Refusal> call(TimePoint now, Command&& command);
  // The session goes on over a link on which a peer did the handshake that knows our resume key. In
  // spec a link that stands is replaced: a peer that comes back knows better than we whether it
  // does. r[impl core.M5]
  [[nodiscard]] std::expected<void, Refusal> resume(
      TimePoint now, session::HandshakeOutcome outcome,
      std::optional<conduit::StableConduit> stable = std::nullopt);
  // What the peer may call on a connection that is open, or about to be; null: nothing.
  void serve(session::ConnectionId connection_id, Service const* service);
  [[nodiscard]] TakenItem take_item(TimePoint now, ChannelRef ref);
  [[nodiscard]] std::optional<Event> poll_event();
  // Appends exactly one payload to `out`, if one is waiting.
  [[nodiscard]] std::optional<session::Transmit> poll_transmit(wire::Buffer& out);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  [[nodiscard]] bool has_event() const { return !events_.empty(); }
  // Whether poll_transmit() has something to give.
  [[nodiscard]] bool has_transmit() const;
  // False while the peer must not be listened to.
  [[nodiscard]] bool can_receive() const;
  [[nodiscard]] session::Session const& session() const { return session_; }
  // Null without a stable conduit.
  [[nodiscard]] conduit::StableConduit const* stable() const {
    return stable_ ? &*stable_ : nullptr;
  }
  // Nobody has to be told anything more: the session is over, and what it still sends, too.
  [[nodiscard]] bool is_over() const;
  // The id on the wire of an end that was made here or arrived; nothing if there is no such end.
  [[nodiscard]] std::optional<session::ChannelId> channel_id(ChannelRef ref) const;
  // How the channel ended; nothing while it stands. An end that is forgotten counts as lost.
  [[nodiscard]] std::optional<ChannelEnd> channel_end(ChannelRef ref) const;
  // Whether it is a sending end.
  [[nodiscard]] bool channel_sends(ChannelRef ref) const;
  [[nodiscard]] ChannelRef find_channel(session::ConnectionId connection_id,
                                        session::ChannelId id) const;
  [[nodiscard]] std::size_t calls_in_flight() const { return calls_.size(); }
  [[nodiscard]] std::size_t requests_in_flight() const { return requests_.size(); }
  [[nodiscard]] std::size_t channel_count() const { return channels_.size(); }
  // Bytes that the application has not taken, and those of the session.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  using Result = std::expected<Accepted, Refusal>;

  Endpoint(EndpointOptions options, session::Session session);

  void advance(TimePoint now) { now_ = now > now_ ? now : now_; }
  void put(Event event, std::size_t bytes = 0);
  // Takes the session's events, and then tries again what waited for room.
  void restore();
  void settle();
  void flush();

  // Inputs: endpoint_link.cpp.
  void on(input::Received&& received);
  void on(input::LinkLost&& lost);
  void on(input::Written&& written);
  void on(input::Progress&&);
  void on(input::ReadingHeldUp&&);
  void on(input::Recovered&& recovered);
  void on(input::RecoveryFailed&& failed);
  void on(input::ServerHello&& hello);
  void on(input::ClientHello&& hello);
  void on(input::DeadlineReached&&);
  void on(input::Stored&& stored);
  void pass_on(session::Input input) { session_.handle(now_, std::move(input)); }
  [[nodiscard]] std::optional<session::Transmit> transmit_stable(wire::Buffer& out);
  void lose_stable_link(std::string const& error);
  void use_conduit(std::optional<conduit::StableConduit> stable);
  void limit_messages();

  // Events of the session.
  template <class Passed>
  void on(Passed&& event) {
    put(std::forward<Passed>(event));
  }
  void on(session::event::NotSent&& unsent);
  void on(session::event::Opened&& opened);
  void on(session::event::OpenFailed&& failed);
  void on(session::event::Closed&& closed);
  void on(session::event::CallReceived&& received);
  void on(session::event::ResponseReceived&& received);
  void on(session::event::CancelReceived&& received);
  void on(session::event::ChannelReceived&& received);
  void on(session::event::ConduitWanted&& wanted);
  void on(session::event::Disconnected&& disconnected);
  void on(session::event::Resumed&& resumed);
  void on(session::event::Ended&& ended);
  void disconnect();

  // Commands.
  Result on(command::Open& open);
  Result on(command::Accept& accept);
  Result on(session::command::Reject& reject) { return forward(reject); }
  Result on(session::command::Abandon& abandon) { return forward(abandon); }
  Result on(session::command::Close& close) { return forward(close); }
  Result on(session::command::DropCaller& drop) { return forward(drop); }
  Result on(session::command::Shutdown& shutdown) { return forward(shutdown); }
  Result on(command::MakeChannel& make);
  Result on(command::Call& wanted);
  Result on(command::Cancel& cancel);
  Result on(command::Respond& respond);
  Result on(command::RefuseArguments& refuse);
  Result on(command::Drop& drop);
  Result on(command::SendItem& send);
  Result on(command::CloseChannel& close);
  Result on(command::ReleaseChannel& release);
  Result on(command::Forward& wanted);
  Result on(session::command::SendCall& call) { return forward(call); }
  Result on(session::command::SendResponse& response) { return forward(response); }
  Result on(session::command::SendCancel& cancel) { return forward(cancel); }
  Result on(session::command::SendChannel& channel) { return forward(channel); }
  Result forward(session::Command&& command);

  // Messages of connections that nobody has decided on yet wait for the decision.
  template <class Received>
  [[nodiscard]] bool hold_or_hand_on(Received& received, Connection const* connection);
  void release_held(session::ConnectionId id, bool is_wanted);

  // Calls of ours: endpoint_calls.cpp.
  void flush_calls(Connection& connection);
  void flush_waiting_calls();
  enum class Tried : std::uint8_t { sent, failed, waits, waits_for_peer };
  Tried try_call(Connection& connection, Call& call);
  void finish_call(CallId id, CallOutcome outcome);
  [[nodiscard]] CallOutcome read_response(Connection& connection, Method const& method,
                                          session::event::ResponseReceived const& received);
  void fail_calls(Connection& connection, CallError const& error);
  void reconsider_calls(Connection& connection, bool peer_supports_retry);
  [[nodiscard]] bool repeat_on_fresh_channels(Connection& connection, Call& call);
  [[nodiscard]] wire::MetadataView metadata_of(Call const& call);
  [[nodiscard]] session::Body args_to_send(session::Body& args);
  void keep_spare(Bytes bytes);

  // Requests of the peer: endpoint_requests.cpp.
  [[nodiscard]] std::expected<void, std::string> read_args(
      Connection& connection, Request& request, session::event::CallReceived const& received,
      event::CallArrived& arrived);
  [[nodiscard]] std::expected<void, std::string> bind_channels(Connection& connection,
                                                               Request& request,
                                                               ReadingPlan const& reading,
                                                               ByteView remote_args,
                                                               event::CallArrived& arrived);
  void start_handler(Request& request, event::CallArrived&& arrived);
  void stop_handler(Request& request, HandlerStop why);
  void leave_requests(Connection const& connection);
  Result end_handler(Request& request, Bytes ret, wire::MetadataView metadata,
                     session::SharedSchemas const& schemas);
  void retire(RequestToken token);

  // Their operations: endpoint_operations.cpp.
  void admit(Request& request, event::CallArrived arrived);
  // The owner of an execution is answered with the very bytes that its handler gave.
  void react(Operations& operations, Reaction const& reaction);
  void take_store_requests(Operations& operations);
  void forget_session_if_over();
  [[nodiscard]] Operations* operations_of(Request const& request);
  [[nodiscard]] Operations* any_operations() const;
  [[nodiscard]] bool repeats_operation(Connection const& connection,
                                       event::CallArrived const& arrived) const;
  void end_unused_channel(ChannelRef ref);

  // Their answers: endpoint_answers.cpp.
  void answer(Request& request, session::Body ret, wire::MetadataView metadata,
              session::SharedSchemas const& schemas);
  void refuse(Request& request, Refuse kind, std::string detail = {});
  [[nodiscard]] session::SharedSchemas refusal_schemas(Request const& request, Refuse kind) const;
  void send_answer(PendingAnswer&& pending);
  void drop_answers(session::ConnectionId id, bool with_session);
  static void refuse_type(PendingAnswer& pending);
  [[nodiscard]] bool make_smaller(PendingAnswer& pending, session::Misuse misuse);

  // Channels: endpoint_channels.cpp.
  void receive_on(Channel& channel, EarlyMessage&& message);
  void keep_early(Connection& connection, EarlyMessage&& message);
  void deliver_early(Connection& connection, Channel& channel);
  void end_channel(Channel& channel, ChannelEnd end);
  [[nodiscard]] static bool is_grant_due(Channel const& channel);
  void grant(Channel& channel);
  void want_room(Channel& channel);
  void lose_channels(Connection const& connection);
  void forget_channel(Channel& channel);
  [[nodiscard]] bool send_close(Channel& channel);
  [[nodiscard]] std::optional<session::ChannelId> free_channel_id(Connection& connection);

  [[nodiscard]] Connection* find(session::ConnectionId id);

  EndpointOptions options_;
  Policy policy_;
  session::Session session_;
  std::optional<conduit::StableConduit> stable_;
  std::optional<TimePoint> stable_deadline_;  // for another link of it
  TimePoint now_{};

  struct Queued {
    Event event;
    std::size_t bytes = 0;
  };
  session::Ring<Queued> events_;
  std::size_t event_bytes_ = 0;
  std::size_t item_bytes_ = 0;       // of items that nobody has taken
  std::size_t early_bytes_ = 0;      // of items for channels that no call has named yet
  std::deque<session::Event> held_;  // messages of connections that are not decided on
  std::size_t held_event_bytes_ = 0;

  boost::unordered_flat_map<session::ConnectionId, std::unique_ptr<Connection>> connections_;
  boost::unordered_flat_map<session::ConnectionId, Service const*> serving_;  // not yet opened
  CallTable calls_;
  RequestTable requests_;
  ChannelTable channels_;
  std::shared_ptr<OperationBudget> operation_budget_ = std::make_shared<OperationBudget>();
  std::unique_ptr<Operations> operations_;  // of the whole session; 0.4.0 has one a connection
  std::uint64_t next_operation_id_ = 1;
  bool is_over_for_good_ = false;  // the session has ended, and no later process may go on with it

  // What waits for room in the session.
  std::vector<session::ConnectionId> with_waiting_calls_;
  std::deque<PendingAnswer> answers_;
  std::size_t answer_bytes_ = 0;
  std::vector<ChannelRef> waiting_channels_;

  wire::Metadata metadata_;  // of the call being sent
  wire::Buffer scratch_;
  std::vector<Bytes> spare_;
};

}  // namespace vox::rpc
