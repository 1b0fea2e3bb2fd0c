#include "impl/rpc/endpoint_pair.hpp"

#include "impl/rpc/method_types.hpp"
#include "spec/assert.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <utility>

namespace vox::rpc::test {

namespace {

session::SessionOptions session_options(PairOptions const& options, Role role) {
  session::SessionOptions session;
  session.rulebook = options.rulebook;
  session.has_acceptor = options.asks;
  session.has_recoverer = options.resumable && !options.stable && role == Role::initiator;
  session.is_registered = options.resumable && role == Role::acceptor;
  session.limits = options.limits;
  return session;
}

ResumeKey key() {
  ResumeKey key{};
  key.back() = std::byte{7};
  return key;
}

// Both ends of one stable conduit, attached to the first link.
struct Conduits {
  conduit::StableConduit client;
  conduit::StableConduit server;

  explicit Conduits(Limits const& limits)
      : client{{.frame_bytes_max = limits.frame_bytes_max}},
        server{{.frame_bytes_max = limits.frame_bytes_max}} {
    wire::Buffer hello;
    VOX_ASSERT(server.answer_client_hello(1, client.client_hello(), key()));
    VOX_ASSERT(server.poll_transmit(hello));
    VOX_ASSERT(client.handle_server_hello(1, wire::decode_server_hello(hello.view()).value()));
  }
};

}  // namespace

Methods::Methods() {
  using Text = std::tuple<std::string>;
  using Numbers = std::tuple<schema::Rx<std::int32_t>>;
  using Count = std::tuple<std::uint32_t, schema::Tx<std::int32_t>>;
  echo = &service.add("echo", method_types<Text, std::string>());
  sum = &service.add("sum", method_types<Numbers, std::int64_t>());
  generate = &service.add("generate", method_types<Count, std::monostate>());
  generate_idem =
      &service.add("generate_idem", method_types<Count, std::monostate>(), Repeat::idempotent);
  keep = &service.add("keep", method_types<Text, std::string>(), Repeat::non_idempotent,
                      Persistence::persistent);
  missing = &other_.add("missing", method_types<Text, std::string>());
}

Methods& methods() {
  static Methods all;
  return all;
}

std::string said(CallOutcome const& outcome) {
  if (!outcome) {
    return boost::describe::enum_to_string(outcome.error().failure, "?");
  }
  auto const bytes = outcome->ret;
  if (bytes.size() >= 2 && bytes[0] == std::byte{1}) {
    switch (std::to_integer<int>(bytes[1])) {
      case 1:
        return "unknown method";
      case 2: {
        auto const error = wire::decode_value<schema::Outcome<std::monostate>>(bytes);
        return "invalid payload: " + std::get<schema::InvalidPayload>(error->error()).reason;
      }
      case 3:
        return "cancelled";
      case 7:
        return "indeterminate answer";
      default:
        return "another error";
    }
  }
  if (auto const text = wire::decode_value<schema::Outcome<std::string>>(bytes)) {
    return "ok " + **text;
  }
  return "ok";
}

EndpointPair::EndpointPair(PairOptions options) : options_{options} {
  Conduits conduits{options_.limits};
  for (auto const role : {Role::initiator, Role::acceptor}) {
    bool const is_client = role == Role::initiator;
    EndpointOptions endpoint{.session = session_options(options_, role)};
    if (options_.stable) {
      endpoint.stable.emplace(std::move(is_client ? conduits.client : conduits.server));
      endpoint.has_links = is_client;
    }
    endpoint.durable = options_.durable && !is_client;
    endpoint.session.expected_settings.reset();
    auto made = Endpoint::establish(now, std::move(endpoint), handshake(role));
    VOX_ASSERT(made.has_value());
    auto& side = is_client ? client : server;
    side.endpoint.emplace(std::move(*made));
    side.endpoint->serve(session::root_connection, &methods().service);
  }
}

session::HandshakeOutcome EndpointPair::handshake(Role role) const {
  auto const ours = role == Role::initiator ? Parity::odd : Parity::even;
  session::HandshakeOutcome outcome;
  outcome.role = role;
  outcome.our_settings = {.parity = ours,
                          .max_concurrent_requests = options_.max_concurrent_requests};
  outcome.peer_settings = {.parity = opposite(ours),
                           .max_concurrent_requests = options_.max_concurrent_requests};
  outcome.peer_supports_retry = options_.supports_retry;
  if (options_.asks) {
    outcome.peer_metadata =
        wire::Metadata{{.key = session::key::service, .value = std::string_view{"Test"}}};
  }
  if (options_.resumable) outcome.resume_key = key();
  return outcome;
}

void EndpointPair::pull(Side& from, Side& to) const {
  wire::Buffer payload;
  while (link_is_up_) {
    payload.clear();
    auto const transmit = from.endpoint->poll_transmit(payload);
    if (!transmit) break;
    to.wire.push_back(payload.take());
    from.endpoint->handle(now, input::Written{transmit->token});
  }
  while (auto event = from.endpoint->poll_event())
    from.events.push_back(std::move(*event));
}

bool EndpointPair::deliver(Side& to) const {
  if (to.wire.empty() || !to.endpoint->can_receive()) return false;
  auto payload = std::move(to.wire.front());
  to.wire.pop_front();
  to.seen.push_back(payload);
  to.endpoint->handle(now, input::Received{Backing{std::move(payload)}});
  return true;
}

void EndpointPair::run() {
  for (bool moved = true; moved;) {
    pull(client, server);
    pull(server, client);
    moved = deliver(server);
    moved = deliver(client) || moved;
  }
}

bool EndpointPair::step(Side& to) {
  pull(client, server);
  pull(server, client);
  return deliver(to);
}

bool EndpointPair::is_alive() const {
  return client.endpoint->session().state() != session::SessionState::ended &&
         server.endpoint->session().state() != session::SessionState::ended;
}

void EndpointPair::pass(Duration time) {
  now += time;
  for (auto* const side : {&client, &server}) {
    side->endpoint->handle(now, input::DeadlineReached{});
  }
}

void EndpointPair::run_without_reading(Side& side) {
  auto& other = &side == &client ? server : client;
  for (bool moved = true; moved;) {
    pull(client, server);
    pull(server, client);
    moved = deliver(other);
  }
}

void EndpointPair::lose_link() {
  link_is_up_ = false;
  for (auto* const side : {&client, &server}) {
    side->wire.clear();
    side->endpoint->handle(now, input::LinkLost{});
    while (auto event = side->endpoint->poll_event())
      side->events.push_back(std::move(*event));
  }
}

void EndpointPair::resume() {
  link_is_up_ = true;
  auto const resumed = server.endpoint->resume(now, handshake(Role::acceptor));
  VOX_ASSERT(resumed.has_value());
  client.endpoint->handle(now, input::Recovered{.outcome = handshake(Role::initiator)});
  run();
}

void EndpointPair::accept_roots() {
  for (auto* const side : {&client, &server}) {
    VOX_ASSERT(
        side->endpoint->call(now, command::Accept{.connection_id = session::root_connection}));
  }
  run();
}

session::ConnectionId EndpointPair::open(std::uint32_t max_concurrent_requests) {
  auto const opened = client.endpoint->call(
      now, command::Open{.settings = {.parity = Parity::odd,
                                      .max_concurrent_requests = max_concurrent_requests},
                         .service = "Test",
                         .metadata = {},
                         .serves = nullptr});
  VOX_ASSERT(opened.has_value());
  run();
  VOX_ASSERT(server.endpoint->call(
      now, command::Accept{.connection_id = opened->id, .serves = &methods().service}));
  run();
  return opened->id;
}

CallId EndpointPair::call(Side& side, Method const& method, Bytes bytes,
                          session::ConnectionId on) const {
  auto const made = side.endpoint->call(
      now, command::Call{
               .connection_id = on, .method = &method, .metadata = {}, .args = std::move(bytes)});
  VOX_ASSERT(made.has_value());
  return made->id;
}

void EndpointPair::respond(Side& side, RequestToken request, Bytes ret) const {
  auto const done = side.endpoint->call(
      now, command::Respond{.request = request, .ret = std::move(ret), .metadata = {}});
  VOX_ASSERT(done.has_value());
}

std::string EndpointPair::outcome(Side& side) {
  auto const done = next<event::CallDone>(side);
  return done ? said(done->outcome) : "none";
}

}  // namespace vox::rpc::test
