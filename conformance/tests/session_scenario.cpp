#include "conformance/tests/session_scenario.hpp"

#include "conformance/tests/session_lines.hpp"
#include "conformance/tests/session_script.hpp"
#include "impl/schema/message_schema.hpp"
#include "impl/schema/plan.hpp"

#include <chrono>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;
using std::chrono::milliseconds;

namespace {

// Ids that are near each other and so meet, and now and then one from the end of the space.
std::uint64_t id_of(std::uint8_t byte) {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t extremes[] = {std::uint64_t{1} << 32U, std::uint64_t{1} << 63U,
                                        largest - 1, largest};
  return byte < 0xf0 ? byte % 8 : extremes[byte % 4];
}

Parity parity_of(std::uint8_t byte) {
  return byte % 2 == 0 ? Parity::odd : Parity::even;
}

ConnectionSettings settings_of(std::uint8_t byte) {
  return {.parity = parity_of(byte), .max_concurrent_requests = byte / 2U % 8};
}

wire::BindingDirection direction_of(std::uint8_t byte) {
  return byte % 2 == 0 ? wire::BindingDirection::args : wire::BindingDirection::response;
}

ByteView cbor_of(std::uint8_t byte) {
  ByteView const choices[] = {u32_schema(), text_schema(), as_bytes("\xff"), {}};
  return choices[byte % 4];
}

SharedSchemas schemas_of(std::uint8_t byte) {
  SharedSchemas const choices[] = {u32_type(), text_type(), nullptr};
  return choices[byte % 3];
}

wire::ChannelBody channel_body(std::uint8_t byte) {
  wire::ChannelBody const choices[] = {wire::Item{.item = as_bytes("i")}, wire::Close{},
                                       wire::Reset{}, wire::GrantCredit{.additional = byte}};
  return choices[byte % 4];
}

command::ChannelBody own_channel_body(std::uint8_t byte) {
  command::ChannelBody const choices[] = {command::Item{.item = to_bytes(as_bytes("i"))},
                                          wire::Close{}, wire::Reset{},
                                          wire::GrantCredit{.additional = byte}};
  return choices[byte % 4];
}

wire::Metadata const& two_entries() {
  static wire::Metadata const metadata{
      {.key = "reason", .value = std::string_view{"story"}, .flags = 0},
      {.key = "number", .value = std::uint64_t{7}, .flags = 1}};
  return metadata;
}

// How to read messages of a peer that writes them as we do, without taking a short cut for it.
std::shared_ptr<schema::Plan const> message_plan() {
  static auto const plan = std::make_shared<schema::Plan const>(
      schema::build_message_plan(schema::message_type().payload.schemas).value());
  return plan;
}

// Stands for a handshake that ends as the first one did.
constexpr std::uint8_t unchanged = 7;

using Args = std::array<std::uint8_t, 3>;

// The messages of the peer. The first argument is the connection.
struct PeerWord {
  std::string_view name;
  wire::MessagePayload (*make)(Args args);
};
constexpr PeerWord peer_words[] = {
    {"open", [](Args args) { return open(parity_of(args[1]), args[2] % 8); }},
    {"open_without_service",
     [](Args args) -> wire::MessagePayload {
       return wire::ConnectionOpen{.connection_settings = settings_of(args[1]),
                                   .metadata = two_entries()};
     }},
    {"accept",
     [](Args args) -> wire::MessagePayload {
       return wire::ConnectionAccept{.connection_settings = settings_of(args[1]), .metadata = {}};
     }},
    {"reject",
     [](Args) -> wire::MessagePayload {
       return wire::ConnectionReject{.metadata = two_entries()};
     }},
    {"close",
     [](Args) -> wire::MessagePayload { return wire::ConnectionClose{.metadata = two_entries()}; }},
    {"call", [](Args args) { return call(id_of(args[1]), args[2] % 4); }},
    {"call_with_schemas",
     [](Args args) { return call(id_of(args[1]), args[2] % 4, cbor_of(args[2] / 4)); }},
    {"response", [](Args args) { return reply(id_of(args[1])); }},
    {"response_with_schemas", [](Args args) { return reply(id_of(args[1]), cbor_of(args[2])); }},
    {"cancel", [](Args args) { return cancel(id_of(args[1])); }},
    {"channel",
     [](Args args) -> wire::MessagePayload {
       return wire::ChannelMessage{.id = id_of(args[1]), .body = channel_body(args[2])};
     }},
    {"schema",
     [](Args args) { return schemas(direction_of(args[1]), cbor_of(args[1] / 2), args[2] % 4); }},
    {"ping", [](Args args) -> wire::MessagePayload { return wire::Ping{.nonce = id_of(args[1])}; }},
    {"pong", [](Args args) -> wire::MessagePayload { return wire::Pong{.nonce = id_of(args[1])}; }},
    {"protocol_error",
     [](Args) -> wire::MessagePayload { return wire::ProtocolError{.description = "story"}; }},
};

// The commands of the application. The first argument is the connection.
struct OwnWord {
  std::string_view name;
  Command (*make)(Args args);
};
constexpr OwnWord own_words[] = {
    {"want_open",
     [](Args args) -> Command {
       return command::Open{.settings = settings_of(args[0]), .service = "Echo", .metadata = {}};
     }},
    {"want_close",
     [](Args args) -> Command {
       return command::Close{.connection_id = id_of(args[0]), .metadata = two_entries()};
     }},
    {"want_accept",
     [](Args args) -> Command { return command::Accept{.connection_id = id_of(args[0])}; }},
    {"want_reject",
     [](Args args) -> Command {
       return command::Reject{.connection_id = id_of(args[0]), .metadata = two_entries()};
     }},
    {"want_abandon",
     [](Args args) -> Command { return command::Abandon{.connection_id = id_of(args[0])}; }},
    {"want_drop_caller",
     [](Args args) -> Command { return command::DropCaller{.connection_id = id_of(args[0])}; }},
    {"want_drop_driver",
     [](Args args) -> Command { return command::DropDriver{.connection_id = id_of(args[0])}; }},
    {"want_call",
     [](Args args) -> Command {
       return command::SendCall{.connection_id = id_of(args[0]),
                                .request_id = id_of(args[1]),
                                .method_id = args[2] % 4U,
                                .metadata = {},
                                .args = to_bytes(as_bytes("a")),
                                .schemas = schemas_of(args[2] / 4)};
     }},
    {"want_response",
     [](Args args) -> Command {
       return command::SendResponse{.connection_id = id_of(args[0]),
                                    .request_id = id_of(args[1]),
                                    .metadata = {},
                                    .ret = to_bytes(as_bytes("r")),
                                    .schemas = schemas_of(args[2])};
     }},
    {"want_cancel",
     [](Args args) -> Command {
       return command::SendCancel{
           .connection_id = id_of(args[0]), .request_id = id_of(args[1]), .metadata = {}};
     }},
    {"want_channel",
     [](Args args) -> Command {
       return command::SendChannel{.connection_id = id_of(args[0]),
                                   .channel_id = id_of(args[1]),
                                   .body = own_channel_body(args[2])};
     }},
    {"want_shutdown", [](Args) -> Command { return command::Shutdown{}; }},
};

}  // namespace

// What can happen besides.
struct SessionScenario::Word {
  std::string_view name;
  void (SessionScenario::*act)(Args args);
};

std::span<SessionScenario::Word const> SessionScenario::table() {
  static constexpr Word words[] = {
      {"garbled", &SessionScenario::garbled},
      {"raw", &SessionScenario::raw},
      {"lose", &SessionScenario::lose},
      {"recover", &SessionScenario::recover},
      {"give_up", &SessionScenario::give_up},
      {"resume", &SessionScenario::resume},
      {"fail_to_send", &SessionScenario::fail_to_send},
      {"look_at_clock", &SessionScenario::look_at_clock},
      {"pass_time", &SessionScenario::pass_time},
      {"sleep", &SessionScenario::sleep},
      {"listen", &SessionScenario::listen},
  };
  return words;
}

std::vector<std::string_view> SessionScenario::words() {
  std::vector<std::string_view> names;
  for (auto const& word : peer_words)
    names.push_back(word.name);
  for (auto const& word : own_words)
    names.push_back(word.name);
  for (auto const& word : table())
    names.push_back(word.name);
  return names;
}

std::uint8_t SessionScenario::next() {
  if (story_.empty()) return 0;
  auto const byte = std::to_integer<std::uint8_t>(story_.front());
  story_ = story_.subspan(1);
  return byte;
}

// The first byte: rulebook, role, acceptor, recoverer, registry, keepalive (none, some, unusable).
// The second: whether the recoverer has a time limit, the bounds, and whether the peer's messages
// are read by a plan.
bool SessionScenario::begin() {
  auto const who = next();
  auto const how = next();
  SessionOptions options;
  options.rulebook = (who & 1U) != 0 ? Rulebook::spec : Rulebook::vox_0_4;
  role_ = (who & 2U) != 0 ? Role::acceptor : Role::initiator;
  record_ = LinkRecord{role_ == Role::acceptor ? Role::initiator : Role::acceptor};
  options.has_acceptor = (who & 4U) == 0;
  options.has_recoverer = (who & 8U) != 0;
  options.is_registered = (who & 16U) != 0;
  if ((who & 32U) != 0) {
    options.keepalive = {milliseconds{(who & 64U) != 0 ? 0 : 20}, milliseconds{30}};
  }
  if ((how & 1U) != 0) options.recovery_timeout = milliseconds{25};
  options.limits.wanted_messages_max = 1U + (how >> 1U) % 8;
  options.limits.owed_messages_max = options.limits.wanted_messages_max;
  options.limits.connections_max = 2U + (how >> 4U) % 8;
  options.limits.requests_max = 3;
  options.limits.closed_connections_max = 2;
  if ((how & 128U) != 0) plan_ = message_plan();
  auto begun = Session::establish(now_, options, outcome(unchanged));
  if (!begun) return false;
  watched_.emplace(std::move(*begun));
  return true;
}

HandshakeOutcome SessionScenario::outcome(std::uint8_t change) const {
  auto made = role_ == Role::initiator ? as_initiator() : as_acceptor();
  made.plan = plan_;
  switch (change % 8) {
    case 0:
      made.our_settings.max_concurrent_requests = 65;
      return made;
    case 1:
      made.peer_settings.max_concurrent_requests = 65;
      return made;
    case 2:
      made.peer_supports_retry = false;
      return made;
    case 3:
      made.resume_key = resume_key(change);
      return made;
    case 4:
      made.resume_key.reset();
      return made;
    default:
      return made;
  }
}

void SessionScenario::play() {
  if (!begin()) return;
  drain();
  // A session that has ended refuses everything; a few steps show that.
  for (int steps_after_end = 0; !story_.empty() && steps_after_end < 8;) {
    step();
    if (watched_->session().state() == SessionState::ended) ++steps_after_end;
  }
  drain();
  watched_->finish(now_);
}

void SessionScenario::step() {
  ++steps_;
  auto const byte = next();
  Args const args{next(), next(), next()};
  constexpr auto own_begin = std::size(peer_words);
  constexpr auto other_begin = own_begin + std::size(own_words);
  auto const others = table();
  auto const word = (byte & 0x7fU) % (other_begin + others.size());
  if (word < own_begin) {
    if (writes_) write("< " + std::string{peer_words[word].name});
    receive({.connection_id = id_of(args[0]), .payload = peer_words[word].make(args)});
  } else if (word < other_begin) {
    if (writes_) write("! " + std::string{own_words[word - own_begin].name});
    wants(own_words[word - own_begin].make(args));
  } else {
    if (writes_) write("! " + std::string{others[word - other_begin].name});
    (this->*others[word - other_begin].act)(args);
  }
  if ((byte & 0x80U) == 0) drain();
}

void SessionScenario::write(std::string_view line) {
  transcript_ += line;
  transcript_ += '\n';
}

void SessionScenario::receive(wire::Message const& message) {
  if (writes_) write("  " + line_of(message));
  outgoing_.clear();
  wire::encode_message(outgoing_, message);
  receive_payload(outgoing_.take());
}

void SessionScenario::receive_payload(Bytes payload) {
  if (!watched_->session().can_receive()) drain();
  if (writes_ && watched_->is_connected() && !watched_->has_ended()) record_.peer_said(payload);
  happens(input::Received{.payload = Backing{std::move(payload)}});
}

// A message of the peer, the rest of whose step changes one of its bytes.
void SessionScenario::garbled(Args args) {
  auto const& word = peer_words[args[0] % std::size(peer_words)];
  auto payload =
      wire::encode_message({.connection_id = 0, .payload = word.make({args[0], args[1], args[2]})});
  payload[args[1] % payload.size()] ^= std::byte{args[2]};
  if (writes_) write("  " + to_hex(payload));
  receive_payload(std::move(payload));
}

// So many bytes, as many as are left, make a payload.
void SessionScenario::raw(Args args) {
  auto const size = std::min<std::size_t>(args[0] + 256U * (args[1] % 16U), story_.size());
  auto payload = to_bytes(story_.first(size));
  story_ = story_.subspan(size);
  receive_payload(std::move(payload));
}

void SessionScenario::lose(Args args) {
  happens(input::ConduitLost{.error = args[0] % 2 == 0 ? "" : "reset"});
}
void SessionScenario::recover(Args args) {
  happens(input::Recovered{.outcome = outcome(args[0])});
}
void SessionScenario::give_up(Args) {
  happens(input::RecoveryFailed{.error = io_error("refused")});
}
void SessionScenario::look_at_clock(Args) {
  happens(input::DeadlineReached{});
}
void SessionScenario::pass_time(Args args) {
  now_ += milliseconds{args[0]};
  happens(input::DeadlineReached{});
}
// Until the session wants to be woken.
void SessionScenario::sleep(Args) {
  if (auto const next = watched_->session().next_deadline()) now_ = std::max(now_, *next);
  happens(input::DeadlineReached{});
}

// Says of the next message that it did not go out.
void SessionScenario::fail_to_send(Args) {
  for (;;) {
    auto const said = poll();
    if (said == Said::nothing) return;
    if (said == Said::message) {
      return happens(input::SendFailed{.token = handed_out_, .error = "full"});
    }
  }
}

// Polls as often. Messages are handed out by that and not yet written.
void SessionScenario::listen(Args args) {
  for (unsigned i = 0; i < args[0] % 4U; ++i)
    static_cast<void>(poll());
}

void SessionScenario::happens(Input input) {
  has_unheard_ = true;
  watched_->handle(now_, std::move(input));
}

void SessionScenario::wants(Command command) {
  if (has_unheard_) drain();
  auto const answer = watched_->call(now_, std::move(command));
  digest(answer ? answer->token : 0);
  if (!writes_) return;
  write(answer ? "  done " + std::to_string(answer->connection_id)
               : "  refused: " + answer.error().text());
}

void SessionScenario::resume(Args args) {
  wants(command::Resume{.outcome = outcome(args[0])});
  has_unheard_ = true;
}

SessionScenario::Said SessionScenario::poll() {
  if (auto const event = watched_->poll_event()) {
    digest(*event);
    if (!writes_) return Said::event;
    if (std::holds_alternative<event::Resumed>(*event)) record_.resumed();
    if (std::holds_alternative<event::Ended>(*event)) record_.ended();
    write("> " + line_of(*event));
    return Said::event;
  }
  outgoing_.clear();
  auto const transmit = watched_->poll_transmit(outgoing_);
  if (!transmit) return Said::nothing;
  handed_out_ = transmit->token;
  digest(transmit->token);
  digest(outgoing_.view());
  if (!writes_) return Said::message;
  record_.session_said(outgoing_.view());
  write("> " + line_of(*transmit, outgoing_.view()));
  return Said::message;
}

void SessionScenario::digest(ByteView bytes) {
  digest(bytes.size());
  for (auto const byte : bytes)
    digest(std::to_integer<std::uint64_t>(byte));
}

void SessionScenario::digest(Event const& event) {
  digest(event.index());
  std::visit(
      [this](auto const& what) {
        if constexpr (requires { what.connection_id; }) digest(what.connection_id);
        if constexpr (requires { what.request_id; }) digest(what.request_id);
        if constexpr (requires { what.channel_id; }) digest(what.channel_id);
        if constexpr (requires { what.token; }) digest(what.token);
        if constexpr (requires { what.generation; }) digest(what.generation);
        if constexpr (requires { what.reason; }) digest(std::to_underlying(what.reason));
        if constexpr (requires { what.cause; }) digest(std::to_underlying(what.cause));
        if constexpr (requires { what.by; }) digest(std::to_underlying(what.by));
        if constexpr (requires { what.text; }) digest(as_bytes(what.text));
        if constexpr (requires { what.detail; }) digest(as_bytes(what.detail));
        if constexpr (requires { what.error; }) digest(as_bytes(what.error.detail));
        if constexpr (requires { what.backing; }) digest(what.backing.view());
      },
      event);
}

void SessionScenario::drain() {
  while (poll() != Said::nothing) {
  }
  watched_->write(now_);
  has_unheard_ = false;
  watched_->compare();
}

std::vector<std::string> SessionScenario::complaints() const {
  return watched_ ? watched_->complaints() : std::vector<std::string>{};
}

}  // namespace voxspec::test
