#include "conformance/tests/watched_session.hpp"

#include "conformance/tests/receipts.hpp"
#include "conformance/tests/session_lines.hpp"
#include "impl/wire/message.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

template <class Container>
void erase_connection(Container& map, ConnectionId id) {
  auto const is_of_connection = [id](auto const& entry) {
    if constexpr (requires { entry.first.second; }) {
      return std::get<0>(entry.first) == id;
    } else {
      return std::get<0>(entry) == id;
    }
  };
  for (auto at = map.begin(); at != map.end();)
    at = is_of_connection(*at) ? map.erase(at) : std::next(at);
}

}  // namespace

WatchedSession::WatchedSession(Session begun) : session_{std::move(begun)} {}

std::string WatchedSession::name_of(Receipt const& receipt) const {
  return line_of(event::NotSent{.receipt = receipt});
}

void WatchedSession::handle(TimePoint now, Input input) {
  note_input(input);
  auto const is_deadline = std::holds_alternative<input::DeadlineReached>(input);
  session_.handle(now, std::move(input));
  if (!is_deadline) return;
  auto const next = session_.next_deadline();
  expect(!next || *next > now, "wants to be woken for a time that has passed");
}

std::expected<Accepted, Refusal> WatchedSession::call(TimePoint now, Command command) {
  auto const root = session_.connection(root_connection);
  auto const has_root = !root || root->state == ConnectionState::root;
  auto const noted = command;
  auto answer = session_.call(now, std::move(command));
  if (answer) {
    note_command(noted, *answer, has_root && answer->connection_id == root_connection);
  } else {
    note_refusal(noted, answer.error());
  }
  return answer;
}

std::optional<Event> WatchedSession::poll_event() {
  auto event = session_.poll_event();
  if (event) note(*event);
  return event;
}

std::optional<Transmit> WatchedSession::poll_transmit(wire::Buffer& out) {
  auto const before = out.size();
  auto transmit = session_.poll_transmit(out);
  if (transmit) {
    note_transmit(*transmit, out.view().subspan(before));
  } else {
    expect(out.size() == before, "puts bytes into the buffer without a message");
  }
  return transmit;
}

void WatchedSession::write(TimePoint now) {
  if (!in_flight_.empty()) {
    handle(now, input::Written{.through = in_flight_.back().transmit.token});
  }
}

void WatchedSession::note_input(Input const& input) {
  if (auto const* const written = std::get_if<input::Written>(&input)) {
    while (!in_flight_.empty() && in_flight_.front().transmit.token <= written->through)
      in_flight_.pop_front();
  }
  if (session_.state() == SessionState::ended) {
    // What does not go out any more is not reported, and an announcement that fails keeps back what
    // it was for.
    auto const* const failed = std::get_if<input::SendFailed>(&input);
    auto const is_schema = [failed](InFlight const& sent) {
      return sent.binding && sent.transmit.token == failed->token;
    };
    if (std::holds_alternative<input::ConduitLost>(input) ||
        (failed != nullptr && std::ranges::any_of(in_flight_, is_schema))) {
      is_silenced_ = true;
      in_flight_.clear();
    }
    return;
  }
  if (auto const* const failed = std::get_if<input::SendFailed>(&input)) {
    auto const at = std::ranges::find(in_flight_, failed->token,
                                      [](InFlight const& sent) { return sent.transmit.token; });
    if (at == in_flight_.end()) return;
    auto const& receipt = at->transmit.receipt;
    if (at->binding) {
      announced_.erase(*at->binding);
    } else {
      accept_for_sending(receipt);
      if (at->answer) answers_[{receipt.connection_id, receipt.id}].push_front(*at->answer);
    }
    in_flight_.erase(at);
  }
  if (std::holds_alternative<input::ConduitLost>(input)) is_connected_ = false;
  if (auto const* const received = std::get_if<input::Received>(&input)) {
    note_received(received->payload.view());
  }
}

void WatchedSession::note_received(ByteView payload) {
  if (session_.state() != SessionState::connected) return;
  auto const strictness = follows_spec() ? wire::Strictness::strict : wire::Strictness::vox_0_4;
  auto const message = wire::decode_message(payload, strictness);
  if (!message) return;
  auto const id = message->connection_id;
  if (auto const* const ping = std::get_if<wire::Ping>(&message->payload)) {
    if (id == root_connection || !follows_spec()) {
      accept_for_sending({SendKind::pong, id, ping->nonce});
    }
  } else if (auto const* const pong = std::get_if<wire::Pong>(&message->payload)) {
    if (id == root_connection) pongs_.insert(pong->nonce);
  } else if (std::holds_alternative<wire::ConnectionClose>(message->payload)) {
    // By the specification closing the root is a violation and closes nothing.
    auto const may_close = id != root_connection || !follows_spec();
    if (!may_close || !session_.connection(id)) return;
    closed_by_peer_.insert(id);
    close_on_wire(id);
  } else if (std::holds_alternative<wire::ConnectionAccept>(message->payload)) {
    if (asked_.contains(id)) agreed_.insert(id);
  }
}

// The connection is closed for both, or will be when the peer reads on.
void WatchedSession::close_on_wire(ConnectionId id) {
  agreed_.erase(id);
  erase_connection(announced_, id);
}

void WatchedSession::note_command(Command const& command, Accepted accepted, bool is_root) {
  auto const id = accepted.connection_id;
  if (auto const promise = promised_by(command, id, is_root); promise && accepted.token != 0) {
    accept_for_sending(*promise);
    expect(accepted.token > last_token_, "gives a token that does not rise");
    last_token_ = accepted.token;
    promised_.emplace(accepted.token, *promise);
    auto const speaks = promise->kind == SendKind::call || promise->kind == SendKind::response ||
                        promise->kind == SendKind::cancel || promise->kind == SendKind::channel;
    expect(!speaks || session_.has_event() || can_speak_on(id),
           "takes a message for a connection that is not there");
    expect(promise->kind != SendKind::accept || session_.has_event() || offered_.contains(id),
           "accepts what nobody asked for");
  }
  if (std::holds_alternative<command::Open>(command)) {
    expect(has_parity(id, session_.our_settings().parity), "opened an id of the wrong parity");
    expect(id > last_opened_, "opened an id twice");
    last_opened_ = id;
    asked_.insert(id);
  } else if (std::holds_alternative<command::Reject>(command) && !is_root) {
    expect(offered_.erase(id) == 1, "rejected a connection that nobody asked for");
  } else if (auto const* const sent = std::get_if<command::SendCall>(&command)) {
    calls_out_[{id, sent->request_id}] = sent->method_id;
  } else if (auto const* const answer = std::get_if<command::SendResponse>(&command)) {
    auto const call = calls_in_.find({id, answer->request_id});
    if (call == calls_in_.end()) {
      expect(!follows_spec(), "took a response that nobody waits for");
      return;
    }
    answers_[call->first].push_back(call->second);
    calls_in_.erase(call);
  }
}

// What the session may not say no to: it told of the connection, or has room in its queue.
void WatchedSession::note_refusal(Command const& command, Refusal const& refusal) {
  auto const id = std::visit(
      [](auto const& wanted) -> std::optional<ConnectionId> {
        if constexpr (requires { wanted.connection_id; }) return wanted.connection_id;
        return std::nullopt;
      },
      command);
  auto const is = [&refusal](auto const& cause) { return refusal == Refusal{cause}; };
  expect(!is(Misuse::queue_full) || !session_.can_send(), "has room and says that it has none");
  if (!id || !is_connected_ || session_.has_event()) return;
  expect(!offered_.contains(*id) || !is(Misuse::connection_not_offered),
         "does not know what it asked consent for");
  expect(!live_.contains(*id) || (!is(Misuse::connection_not_active) &&
                                  !is(protocol_error(text::connection_not_found))),
         "does not know a connection that is there");
}

void WatchedSession::accept_for_sending(Receipt const& receipt) {
  unsent_.emplace(receipt.kind, receipt.connection_id, receipt.id);
}

void WatchedSession::settle(Receipt const& receipt) {
  auto const at = unsent_.find({receipt.kind, receipt.connection_id, receipt.id});
  if (at != unsent_.end()) {
    unsent_.erase(at);
  } else if (is_always_asked_for(receipt.kind)) {
    complain("what nobody asked for: " + name_of(receipt));
  }
}

bool WatchedSession::can_speak_on(ConnectionId id) const {
  return live_.contains(id) || (id == root_connection && offered_.contains(id));
}

// Events run ahead of the messages, so that this is about what went over the wire.
void WatchedSession::check_place(Receipt const& receipt) {
  auto const id = receipt.connection_id;
  switch (receipt.kind) {
    case SendKind::open:
      return;
    case SendKind::accept:
      agreed_.insert(id);
      return;
    case SendKind::close:
      close_on_wire(id);
      return expect(id != root_connection, "closes the root");
    case SendKind::schema:
    case SendKind::call:
    case SendKind::response:
    case SendKind::cancel:
    case SendKind::channel:
      expect(id == root_connection || agreed_.contains(id),
             "speaks on a connection that is not there");
      return expect(!closed_by_peer_.contains(id), "speaks on a connection that the peer closed");
    case SendKind::ping:
      expect(id == root_connection, "pings off the root");
      expect(last_ping_ == 0 || pongs_.contains(last_ping_), "pings again without a pong");
      expect(receipt.id == last_ping_ + 1, "skips a nonce");
      last_ping_ = receipt.id;
      return;
    case SendKind::protocol_error:
      expect(id == root_connection && follows_spec(), "accuses where it must not");
      has_accused_ = true;
      return;
    case SendKind::reject:
    case SendKind::pong:
      return;
  }
}

void WatchedSession::check_schemas(Receipt const& receipt, wire::Message const& message) {
  auto const id = receipt.connection_id;
  if (auto const* const schema = std::get_if<wire::SchemaMessage>(&message.payload)) {
    expect(announced_.insert({id, schema->method_id, schema->direction}).second,
           "announces a binding twice");
    return;
  }
  auto const* const request = std::get_if<wire::RequestMessage>(&message.payload);
  if (request == nullptr || !follows_spec()) return;
  if (auto const* const call = std::get_if<wire::Call>(&request->body)) {
    expect(call->schemas.empty(), "inlines schemas");
    expect(announced_.contains({id, call->method_id, wire::BindingDirection::args}),
           "calls before the schemas of the arguments");
  } else if (auto const* const response = std::get_if<wire::Response>(&request->body)) {
    expect(response->schemas.empty(), "inlines schemas");
    auto const methods = answers_.find({id, request->id});
    if (methods == answers_.end()) return complain("responds twice");
    expect(announced_.contains({id, methods->second.front(), wire::BindingDirection::response}),
           "responds before the schemas of the response");
  }
}

std::optional<MethodId> WatchedSession::take_answer(Receipt const& receipt) {
  auto const methods = answers_.find({receipt.connection_id, receipt.id});
  if (methods == answers_.end()) return std::nullopt;
  auto const method = methods->second.front();
  methods->second.pop_front();
  if (methods->second.empty()) answers_.erase(methods);
  return method;
}

void WatchedSession::note_transmit(Transmit const& transmit, ByteView payload) {
  auto const& [token, receipt] = transmit;
  expect(is_connected_, "sends on a conduit that is gone");
  expect(!has_accused_, "speaks after a ProtocolError");
  expect(in_flight_.empty() || token > in_flight_.back().transmit.token, "sends out of order");
  expect(token > session_.written_through(), "sends what was written before");
  if (auto const promise = promised_.find(token); promise != promised_.end()) {
    expect(promise->second == receipt, "sends something else than it promised");
    promised_.erase(promise);
  }
  auto const message = wire::decode_message(payload, wire::Strictness::strict);
  if (!message) return complain("sends what cannot be decoded");
  expect(receipt_of(*message) == receipt, "sends something else than it says");
  check_schemas(receipt, *message);
  check_place(receipt);
  InFlight in_flight{.transmit = transmit, .binding = {}, .answer = {}};
  if (auto const* const schema = std::get_if<wire::SchemaMessage>(&message->payload)) {
    in_flight.binding = BindingKey{receipt.connection_id, schema->method_id, schema->direction};
  } else {
    settle(receipt);
  }
  if (receipt.kind == SendKind::response) in_flight.answer = take_answer(receipt);
  in_flight_.push_back(in_flight);
}

void WatchedSession::note_unconfirmed(event::NotSent const& unsent) {
  auto const at = std::ranges::find(in_flight_, unsent.token,
                                    [](InFlight const& sent) { return sent.transmit.token; });
  expect(at != in_flight_.end() && at->transmit.receipt == unsent.receipt,
         "calls unconfirmed what it did not hand out");
  if (at != in_flight_.end()) in_flight_.erase(at);
}

void WatchedSession::forget_connection(ConnectionId id) {
  erase_connection(calls_in_, id);
  erase_connection(calls_out_, id);
}

void WatchedSession::forget_conduit() {
  calls_in_.clear();
  calls_out_.clear();
  announced_.clear();
  answers_.clear();
  last_ping_ = 0;
}

template <class Event>
void WatchedSession::on(Event const& event) {
  using namespace event;
  if constexpr (std::is_same_v<Event, NotSent>) {
    if (event.reason == NotSentReason::unconfirmed) return note_unconfirmed(event);
    promised_.erase(event.token);
    // The connection stands on our side; the peer closes it when it finds its open unanswered.
    if (event.receipt.kind == SendKind::accept) agreed_.insert(event.receipt.connection_id);
    settle(event.receipt);
    auto const& receipt = event.receipt;
    if (receipt.kind == SendKind::call) calls_out_.erase({receipt.connection_id, receipt.id});
    if (receipt.kind == SendKind::response) static_cast<void>(take_answer(receipt));
  } else if constexpr (std::is_same_v<Event, ConnectionRequested>) {
    auto const id = event.connection_id;
    if (id == root_connection && !std::exchange(root_was_requested_, true)) return;
    expect(!live_.contains(id) && offered_.insert(id).second,
           "asks for consent to a connection that is there");
    forget_connection(id);
    closed_by_peer_.erase(id);
  } else if constexpr (std::is_same_v<Event, Opened>) {
    expect(asked_.erase(event.connection_id) + offered_.erase(event.connection_id) == 1,
           "opens a connection that nobody asked for");
    expect(live_.insert(event.connection_id).second, "opens a connection twice");
  } else if constexpr (std::is_same_v<Event, OpenFailed>) {
    expect(asked_.erase(event.connection_id) == 1, "resolves an open twice");
    if (event.error == protocol_error(text::open_not_sent)) {
      settle({SendKind::open, event.connection_id, 0});
    }
  } else if constexpr (std::is_same_v<Event, Closed>) {
    expect(live_.erase(event.connection_id) + offered_.erase(event.connection_id) == 1,
           "closes a connection that is not there");
    forget_connection(event.connection_id);
  } else if constexpr (std::is_same_v<Event, CloseFailed>) {
    promised_.erase(event.token);
    settle({SendKind::close, event.connection_id, 0});
  } else if constexpr (std::is_same_v<Event, CallReceived>) {
    auto const is_new =
        calls_in_.insert_or_assign({event.connection_id, event.request_id}, event.call.method_id)
            .second;
    expect(is_new || !follows_spec(), "takes a second request with the id of one in flight");
    expect(can_speak_on(event.connection_id) ||
               (!follows_spec() && offered_.contains(event.connection_id)),
           "hears a call on a connection that is not there");
  } else if constexpr (std::is_same_v<Event, ResponseReceived>) {
    auto const call = calls_out_.find({event.connection_id, event.request_id});
    expect(call != calls_out_.end() || !follows_spec(), "takes a response that nobody waits for");
    if (call == calls_out_.end()) return;
    expect(event.method_id == call->second, "takes a response for that of another method");
    calls_out_.erase(call);
  } else if constexpr (std::is_same_v<Event, ConduitWanted> ||
                       std::is_same_v<Event, Disconnected>) {
    is_connected_ = false;
  } else if constexpr (std::is_same_v<Event, Resumed>) {
    expect(event.generation == generation_ + 1, "skips a generation");
    generation_ = event.generation;
    is_connected_ = true;
    forget_conduit();
  } else if constexpr (std::is_same_v<Event, Ended>) {
    has_ended_ = true;
    must_accuse_ = event.cause == EndCause::violation;
    expect((event.cause == EndCause::violation) == event.rule.has_value(),
           "names a rule without a violation");
  }
}

void WatchedSession::note(Event const& event) {
  if (has_ended_) complain("speaks after its end: " + line_of(event));
  std::visit([this](auto const& what) { on(what); }, event);
}

void WatchedSession::compare() {
  expect(has_ended_ == (session_.state() == SessionState::ended), "does not say that it ended");
  expect(session_.generation() == generation_, "counts another generation than it says");
  if (has_ended_) {
    expect(has_accused_ ? must_accuse_ : !must_accuse_ || is_silenced_,
           "ends with an accusation that it did not make");
    expect(!session_.next_deadline(), "wants to be woken after its end");
    expect(asked_.empty(), "never resolved an open");
    expect(live_.empty() && offered_.empty(), "never closed a connection");
    expect(session_.connection_count() == 0, "keeps slots");
    if (!unsent_.empty() && !is_silenced_) {
      auto const& [kind, connection, id] = *unsent_.begin();
      complain("never said what became of " + name_of({kind, connection, id}));
    }
    return;
  }
  expect((session_.state() == SessionState::connected) == is_connected_,
         "takes its conduit for another than it says");
  if (!is_connected_) {
    std::erase_if(in_flight_, [](InFlight const& sent) { return sent.binding.has_value(); });
    expect(in_flight_.empty(), "never said what became of what it had handed out");
  }
  compare_connections();
}

void WatchedSession::compare_connections() {
  auto const known = asked_.size() + offered_.size() + live_.size();
  if (session_.connection_count() != known) {
    complain("holds " + std::to_string(session_.connection_count()) + " slots for " +
             std::to_string(known) + " connections");
  }
  requests_.clear();
  for (auto const& [key, method] : calls_in_)
    ++requests_[key.first].first;
  for (auto const& [key, method] : calls_out_)
    ++requests_[key.first].second;
  auto const check = [&](ConnectionId id, ConnectionState state) {
    auto const info = session_.connection(id);
    if (!info) return complain("has no slot for connection " + std::to_string(id));
    expect(info->state == state || id == root_connection, "has a slot in another state");
    if (!follows_spec()) return;  // 0.4.0 takes ids twice, and remembers requests of closed ids.
    auto const& [in, out] = requests_[id];
    expect(info->requests_from_peer == in && info->requests_from_us == out,
           "counts other requests than there are");
    expect(in <= info->our_settings.max_concurrent_requests, "takes more requests than it allows");
    expect(out <= info->peer_settings.max_concurrent_requests, "has more requests than it may");
  };
  for (auto const id : asked_)
    check(id, ConnectionState::pending_outbound);
  for (auto const id : offered_)
    check(id, ConnectionState::offered);
  for (auto const id : live_)
    check(id, ConnectionState::active);
}

void WatchedSession::drain() {
  wire::Buffer out;
  while (poll_event() || poll_transmit(out)) {
  }
}

void WatchedSession::finish(TimePoint now) {
  drain();
  static_cast<void>(call(now, command::Shutdown{}));
  drain();
  compare();
  expect(has_ended_, "does not end");
  auto const refused = call(now, command::Open{});
  expect(!refused && refused.error().text() == "protocol error: session closed",
         "takes commands after its end");
  handle(now, input::DeadlineReached{});
  wire::Buffer out;
  expect(!poll_event() && !poll_transmit(out), "speaks when spoken to after its end");
}

}  // namespace voxspec::test
