// S1–S4 and R1–R4: from a finished handshake to a root connection, and what a request is.
#include "conformance/tests/session_script.hpp"
#include "impl/session/connection_request.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

Lines first_words(SessionOptions options, HandshakeOutcome outcome) {
  auto session = Session::establish(TimePoint{}, std::move(options), std::move(outcome));
  if (!session) return {"failed: " + session.error().text()};
  Lines lines;
  while (auto const event = session->poll_event())
    lines.push_back(line_of(*event));
  return lines;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.S1] a session takes over what the handshake ended with") {
  auto outcome = as_acceptor();
  outcome.peer_settings.max_concurrent_requests = 3;
  SessionScript const script{in_0_4(), outcome};
  CHECK(script.session.role() == Role::acceptor);
  CHECK(script.session.our_settings() == outcome.our_settings);
  CHECK(script.session.peer_settings() == outcome.peer_settings);
  CHECK(script.session.peer_supports_retry());
  CHECK(script.session.resume_key() == resume_key(7));
  CHECK(script.session.generation() == 0);
}

TEST_CASE("r[core.S1] r[connection.root] connection 0 is active at once, with our parity") {
  SessionScript const script{in_0_4(), as_acceptor()};
  auto const root = script.session.connection(root_connection);
  REQUIRE(root);
  CHECK(root->state == ConnectionState::root);
  CHECK(root->our_settings.parity == Parity::even);
  CHECK(script.session.connection_count() == 1);
}

TEST_CASE(
    "r[core.S1] r[session.parity] the first id an acceptor allocates is 2, an initiator's 1") {
  CHECK(SessionScript{in_0_4(), as_acceptor()}.opened_by_us() == 2);
  CHECK(SessionScript{in_0_4(), as_initiator()}.opened_by_us() == 1);
}

TEST_CASE("r[core.S2] a session that must be resumable fails without a key, and only then") {
  auto options = in_0_4();
  options.must_be_resumable = true;
  auto outcome = as_initiator();
  CHECK(Session::establish(TimePoint{}, options, outcome).has_value());
  outcome.resume_key.reset();
  auto const refused = Session::establish(TimePoint{}, options, outcome);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::not_resumable);
  options.must_be_resumable = false;
  CHECK(Session::establish(TimePoint{}, options, outcome).has_value());
}

TEST_CASE("r[core.S3] a handshake with other settings than the configured ones is refused") {
  auto options = in_0_4();
  options.expected_settings = as_initiator().our_settings;
  CHECK(Session::establish(TimePoint{}, options, as_initiator()).has_value());
  options.expected_settings->max_concurrent_requests = 65;
  CHECK(first_words(options, as_initiator()) ==
        Lines{"failed: protocol error: negotiated root settings do not match builder settings"});
  options.expected_settings = ConnectionSettings{.parity = Parity::even};
  CHECK(first_words(options, as_initiator()) ==
        Lines{"failed: protocol error: negotiated root settings do not match builder settings"});
}

TEST_CASE(
    "r[core.S4] the root asks for consent with the peer's metadata and our client's service") {
  auto options = in_0_4();
  options.client_service = "Client";
  CHECK(first_words(options, as_initiator()) ==
        Lines{"requested 0 odd/64 even/64 {vox-service=Echo, vox-service=Client}"});
}

TEST_CASE("r[core.S4] without an acceptor the root is opened and nobody is asked") {
  auto options = in_0_4();
  options.has_acceptor = false;
  CHECK(first_words(options, as_initiator()) == Lines{"opened 0 odd/64 even/64"});
}

TEST_CASE("r[core.S4] a refused root ends the session, and nothing is sent") {
  auto session = Session::establish(TimePoint{}, in_0_4(), as_initiator()).value();
  static_cast<void>(session.poll_event());
  CHECK(session.call(TimePoint{}, command::Reject{.connection_id = 0, .metadata = {}}));
  CHECK(line_of(*session.poll_event()) == "closed 0 by session_end {}");
  CHECK(line_of(*session.poll_event()) == "ended refused");
  CHECK_FALSE(session.poll_event());
}

TEST_CASE("r[core.S4] the root is consented to once") {
  SessionScript script;
  CHECK(script.does(command::Accept{.connection_id = root_connection}) ==
        Lines{"refused: no connection request waits under this id"});
}

TEST_CASE("r[core.R1] a request without vox-service is a protocol error") {
  auto outcome = as_initiator();
  outcome.peer_metadata = {};
  CHECK(first_words(in_0_4(), outcome) ==
        Lines{"failed: protocol error: missing required vox-service metadata"});
  wire::Metadata const number{{.key = "vox-service", .value = std::uint64_t{5}, .flags = 0}};
  CHECK_FALSE(ConnectionRequest::make(number));
}

TEST_CASE("r[core.R2] a request is read through typed getters") {
  wire::Metadata const entries{
      {.key = "vox-service", .value = std::string_view{"Kv"}, .flags = 0},
      {.key = "vox-transport", .value = std::string_view{"tcp"}, .flags = 0},
      {.key = "vox-peer-addr", .value = std::string_view{"[::1]:9"}, .flags = 0},
      {.key = "colour", .value = std::string_view{"red"}, .flags = 0},
      {.key = "count", .value = std::uint64_t{3}, .flags = 0},
  };
  auto const request = ConnectionRequest::make(entries);
  REQUIRE(request);
  CHECK(request->service() == "Kv");
  CHECK(request->transport() == "tcp");
  CHECK(request->peer_address() == "[::1]:9");
  CHECK(request->text("colour") == "red");
  CHECK(request->number("count") == 3);
  CHECK_FALSE(request->text("count"));
  CHECK_FALSE(request->number("nothing"));
  CHECK(request->entries() == entries.view());
}

TEST_CASE("r[core.R2] a request is virtual exactly when its kind says so") {
  auto const of_kind = [](std::string_view kind) {
    return ConnectionRequest::make({{.key = "vox-service", .value = "Kv", .flags = 0},
                                    {.key = "vox-connection-kind", .value = kind, .flags = 0}})
        .value();
  };
  CHECK(of_kind("virtual").is_virtual());
  CHECK_FALSE(of_kind("virtual").is_root());
  CHECK(of_kind("Virtual").is_root());
  CHECK(root_request({}, "Kv")->is_root());
}

TEST_CASE("r[core.R2] the session marks what the peer opens as virtual") {
  SessionScript script;
  CHECK(script.hears(2, open()) ==
        Lines{"requested 2 odd/64 even/64 {vox-service=Echo, vox-connection-kind=virtual}"});
}

TEST_CASE("r[core.R3] a request is answered once, by whatever answer comes first") {
  for (Command const& first :
       {Command{command::Accept{.connection_id = 2}}, Command{command::Reject{.connection_id = 2}},
        Command{command::Abandon{.connection_id = 2}}}) {
    SessionScript script;
    script.hears(2, open());
    REQUIRE(script.quietly(first));
    for (Command const& second : {Command{command::Accept{.connection_id = 2}},
                                  Command{command::Reject{.connection_id = 2}},
                                  Command{command::Abandon{.connection_id = 2}}}) {
      auto const answer = script.quietly(second);
      REQUIRE_FALSE(answer);
      CHECK(*answer.error().misuse() == Misuse::connection_not_offered);
    }
  }
}

TEST_CASE("r[core.R3] a request that is let go is accepted, warned about and closed") {
  SessionScript script;
  script.hears(2, open());
  CHECK(script.does(command::Abandon{.connection_id = 2}) ==
        Lines{"opened 2 odd/64 even/64",
              "warning 2 connection request let go without being used; closing connection",
              "closed 2 by caller_drop {}", "send accept 2 odd/64 {}", "send close 2 {}"});
}

TEST_CASE("r[core.R4] whoever answers requests decides each by itself, and may be of any kind") {
  // An acceptor is whatever turns a request into a command; a plain function will do.
  SessionScript script;
  auto const acceptor = [](event::ConnectionRequested const& asked) -> Command {
    if (asked.request.service() == "Echo") return command::Accept{asked.connection_id};
    return command::Reject{asked.connection_id, {}};
  };
  script.quietly(input::Received{Backing{wire::encode_message({2, open()})}});
  auto const asked = script.session.poll_event();
  REQUIRE(asked);
  CHECK(script.does(acceptor(std::get<event::ConnectionRequested>(*asked))) ==
        Lines{"opened 2 odd/64 even/64", "send accept 2 odd/64 {}"});
}

TEST_SUITE_END();
