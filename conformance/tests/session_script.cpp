#include "conformance/tests/session_script.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/schema/content_hash.hpp"
#include "spec/assert.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

schema::SchemaPayload payload_of(schema::Primitive primitive) {
  schema::Schema only{.id = 1, .type_params = {}, .kind = primitive};
  return schema::with_content_ids({.schemas = {only}, .root = schema::TypeRef::concrete(1)});
}

wire::Metadata const& echo_service() {
  static wire::Metadata const metadata{
      {.key = "vox-service", .value = std::string_view{"Echo"}, .flags = 0}};
  return metadata;
}

HandshakeOutcome outcome_as(Role role, Parity ours) {
  return {.role = role,
          .our_settings = {.parity = ours, .max_concurrent_requests = 64},
          .peer_settings = {.parity = opposite(ours), .max_concurrent_requests = 64},
          .peer_supports_retry = true,
          .resume_key = resume_key(7),
          .presented_key = std::nullopt,
          .peer_metadata = echo_service(),
          .plan = nullptr};
}

}  // namespace

ResumeKey resume_key(unsigned number) {
  ResumeKey key{};
  key.back() = static_cast<std::byte>(number);
  return key;
}
HandshakeOutcome as_initiator() {
  return outcome_as(Role::initiator, Parity::odd);
}
HandshakeOutcome as_acceptor() {
  return outcome_as(Role::acceptor, Parity::even);
}

SessionOptions in_spec() {
  SessionOptions options;
  options.rulebook = Rulebook::spec;
  return options;
}
SessionOptions in_0_4() {
  SessionOptions options;
  options.rulebook = Rulebook::vox_0_4;
  return options;
}

wire::MessagePayload open(Parity parity, std::uint32_t max_concurrent_requests) {
  return wire::ConnectionOpen{
      .connection_settings = {.parity = parity, .max_concurrent_requests = max_concurrent_requests},
      .metadata = echo_service()};
}
wire::MessagePayload accept(Parity parity) {
  return wire::ConnectionAccept{.connection_settings = {.parity = parity}, .metadata = {}};
}
wire::MessagePayload reject() {
  return wire::ConnectionReject{};
}
wire::MessagePayload close() {
  return wire::ConnectionClose{};
}
wire::MessagePayload call(std::uint64_t request_id, std::uint64_t method_id, ByteView schemas) {
  return wire::RequestMessage{
      .id = request_id,
      .body = wire::Call{
          .method_id = method_id, .metadata = {}, .args = as_bytes("a"), .schemas = schemas}};
}
wire::MessagePayload reply(std::uint64_t request_id, ByteView schemas) {
  return wire::RequestMessage{
      .id = request_id,
      .body = wire::Response{.metadata = {}, .ret = as_bytes("r"), .schemas = schemas}};
}
wire::MessagePayload cancel(std::uint64_t request_id) {
  return wire::RequestMessage{.id = request_id, .body = wire::Cancel{}};
}
wire::MessagePayload item(std::uint64_t channel_id) {
  return wire::ChannelMessage{.id = channel_id, .body = wire::Item{.item = as_bytes("i")}};
}
wire::MessagePayload schemas(wire::BindingDirection direction, ByteView cbor,
                             std::uint64_t method_id) {
  return wire::SchemaMessage{.method_id = method_id, .direction = direction, .schemas = cbor};
}

SharedSchemas u32_type() {
  static auto const type =
      std::make_shared<schema::SchemaPayload const>(payload_of(schema::Primitive::u32));
  return type;
}
SharedSchemas text_type() {
  static auto const type =
      std::make_shared<schema::SchemaPayload const>(payload_of(schema::Primitive::string));
  return type;
}
ByteView u32_schema() {
  static Bytes const cbor = schema::encode(*u32_type());
  return cbor;
}
ByteView text_schema() {
  static Bytes const cbor = schema::encode(*text_type());
  return cbor;
}

std::string last_event(Lines const& lines) {
  std::string last;
  for (auto const& line : lines) {
    if (!line.starts_with("send ")) last = line;
  }
  return last;
}

SessionScript::SessionScript(SessionOptions options, HandshakeOutcome outcome)
    : session{Session::establish(TimePoint{}, std::move(options), outcome).value()},
      next_of_peer_{outcome.our_settings.parity == Parity::odd ? 2U : 1U} {
  static_cast<void>(says());
  static_cast<void>(session.call(now, command::Accept{.connection_id = root_connection}));
  static_cast<void>(says());
}

Lines SessionScript::hears(ConnectionId id, wire::MessagePayload const& payload) {
  return hears(wire::encode_message({.connection_id = id, .payload = payload}));
}
Lines SessionScript::hears(Bytes payload) {
  return happens(input::Received{.payload = Backing{std::move(payload)}});
}

Lines SessionScript::does(Command command) {
  auto const answer = quietly(std::move(command));
  auto lines = says();
  if (!answer) lines.push_back("refused: " + answer.error().text());
  return lines;
}

Lines SessionScript::happens(Input input) {
  quietly(std::move(input));
  return says();
}

Lines SessionScript::fails_to_send() {
  session.handle(now, input::SendFailed{.token = handed_out_, .error = "no"});
  return says();
}

std::expected<Accepted, Refusal> SessionScript::quietly(Command command) {
  writes();
  return session.call(now, std::move(command));
}

void SessionScript::quietly(Input input) {
  writes();
  session.handle(now, std::move(input));
}

void SessionScript::writes() {
  if (session.written_through() < handed_out_) {
    session.handle(now, input::Written{.through = handed_out_});
  }
}

Lines SessionScript::at(std::int64_t milliseconds) {
  now = TimePoint{} + std::chrono::milliseconds{milliseconds};
  return happens(input::DeadlineReached{});
}

std::string SessionScript::says_next() {
  if (auto const event = session.poll_event()) return line_of(*event);
  writes();
  wire::Buffer payload;
  auto const transmit = session.poll_transmit(payload);
  if (!transmit) return {};
  handed_out_ = transmit->token;
  sent_.push_back(payload.take());
  return line_of(*transmit, payload.view());
}

Lines SessionScript::says() {
  Lines lines;
  for (auto line = says_next(); !line.empty(); line = says_next())
    lines.push_back(line);
  writes();
  return lines;
}

std::optional<std::int64_t> SessionScript::deadline() const {
  auto const at = session.next_deadline();
  if (!at) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(at->time_since_epoch()).count();
}

ConnectionId SessionScript::opened_by_us(Parity parity) {
  auto const id =
      quietly(command::Open{.settings = {.parity = parity}, .service = "Echo", .metadata = {}});
  static_cast<void>(says());
  static_cast<void>(hears(id.value().connection_id, accept(opposite(parity))));
  return id->connection_id;
}

ConnectionId SessionScript::opened_by_peer(Parity parity, std::uint32_t max_concurrent_requests) {
  auto const id = std::exchange(next_of_peer_, next_of_peer_ + 2);
  static_cast<void>(hears(id, open(parity, max_concurrent_requests)));
  static_cast<void>(does(command::Accept{.connection_id = id}));
  return id;
}

SessionScript announced(SessionOptions options) {
  SessionScript script{std::move(options)};
  script.hears(0, schemas(wire::BindingDirection::args, u32_schema()));
  return script;
}

command::SendCall our_call(RequestId id, ConnectionId connection) {
  return {.connection_id = connection,
          .request_id = id,
          .method_id = 7,
          .metadata = {},
          .args = to_bytes(as_bytes("a")),
          .schemas = u32_type()};
}
command::SendResponse our_response(RequestId id, ConnectionId connection) {
  return {.connection_id = connection,
          .request_id = id,
          .metadata = {},
          .ret = to_bytes(as_bytes("r")),
          .schemas = text_type()};
}

}  // namespace voxspec::test
