// L1–L3, B1–B4 and M1–M5: a session loses its conduit, and may go on over another.
#include "conformance/tests/session_script.hpp"
#include "impl/session/resume.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

namespace {

SessionOptions with_recoverer(SessionOptions options = in_0_4()) {
  options.has_recoverer = true;
  return options;
}
SessionOptions in_registry(SessionOptions options = in_0_4()) {
  options.is_registered = true;
  return options;
}
command::Open an_open() {
  return {.settings = {.parity = Parity::odd}, .service = "Echo", .metadata = {}};
}
HandshakeOutcome changed(HandshakeOutcome outcome,
                         ConnectionSettings HandshakeOutcome::* settings) {
  (outcome.*settings).max_concurrent_requests = 65;
  return outcome;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.L1] an end of file that is seen before the resume it races with lets it work") {
  SessionScript script{in_registry()};
  CHECK(script.loses_conduit() == Lines{"disconnected"});
  CHECK(script.does(command::Resume{.outcome = as_initiator()}) == Lines{"resumed 1 with retry"});
}

TEST_CASE("r[core.L2] a connected session refuses to be resumed") {
  SessionScript script{in_registry()};
  CHECK(script.does(command::Resume{.outcome = as_initiator()}) ==
        Lines{"refused: protocol error: resume is only valid while the session is disconnected"});
  CHECK(script.session.generation() == 0);
}

TEST_CASE("r[core.L3] r[core.B3] without a way back the end of the conduit ends everything") {
  for (auto const& error : {"", "reset by peer"}) {
    SessionScript script;
    script.opened_by_peer();
    CHECK(script.happens(input::ConduitLost{.error = error}) ==
          Lines{"closed 0 by session_end {}", "closed 2 by session_end {}", "ended conduit_lost"});
    CHECK(script.session.state() == SessionState::ended);
  }
}

TEST_CASE("r[core.L3] what had been accepted and was not sent is accounted for") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1)));
  CHECK(script.loses_conduit() == Lines{"not_sent call 0#1 conduit_lost",
                                        "closed 0 by session_end {}", "ended conduit_lost"});
}

TEST_CASE("r[core.B1] the recoverer is asked for a conduit with the resume key") {
  SessionScript script{with_recoverer()};
  CHECK(script.loses_conduit() == Lines{"conduit_wanted 00000000000000000000000000000007"});
  CHECK(script.session.state() == SessionState::recovering);
  CHECK(script.happens(input::Recovered{.outcome = as_initiator()}) ==
        Lines{"resumed 1 with retry"});
  CHECK(script.session.state() == SessionState::connected);
}

TEST_CASE("r[core.B1] a session without a key asks without one, and goes on all the same") {
  auto outcome = as_initiator();
  outcome.resume_key.reset();
  SessionScript script{with_recoverer(), outcome};
  CHECK(script.loses_conduit() == Lines{"conduit_wanted"});
  CHECK(script.happens(input::Recovered{.outcome = outcome}).front() == "resumed 1 with retry");
}

TEST_CASE("r[core.B1] a recoverer that gives up ends the session") {
  SessionScript script{with_recoverer()};
  script.loses_conduit();
  CHECK(script.happens(input::RecoveryFailed{.error = io_error("refused")}).back() ==
        "ended recovery_failed");
}

TEST_CASE("r[core.B1] a recoverer that takes longer than it may ends the session") {
  auto options = with_recoverer();
  options.recovery_timeout = std::chrono::seconds{2};
  SessionScript script{options};
  script.at(1000);
  CHECK(script.loses_conduit() ==
        Lines{"conduit_wanted 00000000000000000000000000000007 until 3000"});
  CHECK(script.deadline() == 3000);
  CHECK(script.at(2999).empty());
  CHECK(last_event(script.at(3000)) == "ended recovery_failed");
  CHECK(script.happens(input::Recovered{.outcome = as_initiator()}).empty());
}

TEST_CASE("r[core.B1] a conduit that came in time stops the clock") {
  auto options = with_recoverer();
  options.recovery_timeout = std::chrono::seconds{2};
  SessionScript script{options};
  script.loses_conduit();
  script.happens(input::Recovered{.outcome = as_initiator()});
  CHECK_FALSE(script.deadline());
  CHECK(script.at(2000).empty());
}

TEST_CASE("r[core.B1] a recovered conduit that cannot be resumed on ends the session") {
  SessionScript script{with_recoverer()};
  script.loses_conduit();
  CHECK(script
            .happens(input::Recovered{
                .outcome = changed(as_initiator(), &HandshakeOutcome::peer_settings)})
            .back() == "ended recovery_failed");
}

TEST_CASE("r[core.B1] while the recoverer works commands wait, but drops are remembered") {
  SessionScript script{with_recoverer()};
  auto const id = script.opened_by_us();
  script.loses_conduit();
  CHECK(script.does(an_open()) == Lines{"refused: the session is waiting for its recoverer"});
  CHECK(script.does(command::Close{.connection_id = id, .metadata = {}}) ==
        Lines{"refused: the session is waiting for its recoverer"});
  CHECK(script.does(our_call(1)) == Lines{"refused: the session is waiting for its recoverer"});
  CHECK(script.does(command::DropCaller{.connection_id = id}).empty());
  CHECK(script.happens(input::Recovered{.outcome = as_initiator()}) ==
        Lines{"resumed 1 with retry", "closed 1 by caller_drop {}", "send close 1 {}"});
}

TEST_CASE("r[core.B2] a registered session waits, and refuses opens and closes with their texts") {
  SessionScript script{in_registry()};
  auto const id = script.opened_by_peer();
  CHECK(script.loses_conduit() == Lines{"disconnected"});
  CHECK(script.session.state() == SessionState::waiting);
  CHECK(script.does(an_open()) ==
        Lines{"refused: protocol error: session is disconnected; resume before opening "
              "connections"});
  CHECK(script.does(command::Close{.connection_id = id, .metadata = {}}) ==
        Lines{"refused: protocol error: session is disconnected; resume before closing "
              "connections"});
  CHECK(script.does(our_call(1)) == Lines{"refused: the session has no conduit now"});
}

TEST_CASE("a session waits to be resumed as long as it may, and then it ends") {
  auto const window = vox::Limits{}.resume_window / std::chrono::milliseconds{1};
  SessionScript script{in_registry()};
  script.at(5);
  script.loses_conduit();
  CHECK(script.deadline() == 5 + window);
  CHECK(script.at(4 + window).empty());
  CHECK(script.at(5 + window) == Lines{"closed 0 by session_end {}", "ended resume_timeout"});

  auto options = in_registry();
  options.resume_window = std::chrono::milliseconds{20};
  SessionScript resumed{options};
  resumed.loses_conduit();
  CHECK(resumed.deadline() == 20);
  resumed.does(command::Resume{.outcome = as_initiator()});
  CHECK_FALSE(resumed.deadline());
}

TEST_CASE("r[core.B2] a refused resume is answered, and the wait goes on") {
  SessionScript script{in_registry()};
  script.loses_conduit();
  CHECK(script.does(
            command::Resume{.outcome = changed(as_initiator(), &HandshakeOutcome::our_settings)}) ==
        Lines{"refused: protocol error: local root settings changed across session resume"});
  CHECK(script.session.state() == SessionState::waiting);
  CHECK(script.does(command::Resume{.outcome = as_initiator()}) == Lines{"resumed 1 with retry"});
}

TEST_CASE(
    "r[core.B2] drops and shutdown work while the session waits, without a word to the peer") {
  SessionScript script{in_registry()};
  auto const id = script.opened_by_peer();
  script.loses_conduit();
  CHECK(script.does(command::DropCaller{.connection_id = id}) ==
        Lines{"closed 2 by caller_drop {}"});
  CHECK(last_event(script.does(command::DropCaller{.connection_id = 0})) == "ended root_released");
  SessionScript other{in_registry()};
  other.loses_conduit();
  CHECK(last_event(other.does(command::Shutdown{})) == "ended shutdown");
}

TEST_CASE("r[core.R3] a request that is let go while the session has no conduit is closed, too") {
  for (auto const& options : {in_registry(), with_recoverer(), in_registry(in_spec())}) {
    SessionScript script{options};
    script.hears(2, open());
    script.loses_conduit();
    CHECK(script.does(command::Abandon{.connection_id = 2}) ==
          Lines{"warning 2 connection request let go without being used; closing connection",
                "closed 2 by caller_drop {}"});
    CHECK_FALSE(script.session.connection(2));
  }
}

TEST_CASE("r[core.B4] each resume raises the generation by one") {
  SessionScript script{in_registry()};
  for (std::uint64_t generation = 1; generation < 4; ++generation) {
    script.loses_conduit();
    script.does(command::Resume{.outcome = as_initiator()});
    CHECK(script.session.generation() == generation);
  }
}

TEST_CASE("r[core.B4] keepalive stands still while disconnected and starts afresh") {
  auto options = in_registry();
  options.keepalive = {std::chrono::milliseconds{100}, std::chrono::milliseconds{50}};
  SessionScript script{options};
  CHECK(script.at(100) == Lines{"send ping 0 n1"});
  script.loses_conduit();
  CHECK(script.deadline() > 500'000);
  CHECK(script.at(1000).empty());
  script.does(command::Resume{.outcome = as_initiator()});
  CHECK(script.deadline() == 1100);
  CHECK(script.at(1100) == Lines{"send ping 0 n1"});
}

TEST_CASE("r[core.M1] r[core.M2] root settings may not change, on either side") {
  auto const same = as_initiator();
  CHECK_FALSE(resume_refusal(same.our_settings, same.peer_settings, same));
  auto const refusal = [&](HandshakeOutcome const& outcome) {
    return resume_refusal(same.our_settings, same.peer_settings, outcome)->text();
  };
  CHECK(refusal(changed(same, &HandshakeOutcome::our_settings)) ==
        "protocol error: local root settings changed across session resume");
  CHECK(refusal(changed(same, &HandshakeOutcome::peer_settings)) ==
        "protocol error: peer root settings changed across session resume");
  CHECK(resume_refusal(same.our_settings, std::nullopt, same)->text() ==
        "protocol error: missing peer root settings");
}

TEST_CASE("r[core.M3] retry support and the key are those of the new handshake, if it has a key") {
  SessionScript script{in_registry()};
  auto outcome = as_initiator();
  outcome.resume_key = resume_key(9);
  outcome.peer_supports_retry = false;
  script.loses_conduit();
  CHECK(script.does(command::Resume{.outcome = outcome}) == Lines{"resumed 1"});
  CHECK(script.session.resume_key() == resume_key(9));
  CHECK_FALSE(script.session.peer_supports_retry());
  outcome.resume_key.reset();
  script.loses_conduit();
  script.does(command::Resume{.outcome = outcome});
  CHECK(script.session.resume_key() == resume_key(9));
}

TEST_CASE(
    "r[core.M4] r[session.handshake.resume] connections outlive the conduit, requests do not") {
  for (auto const& options : {in_registry(in_0_4()), in_registry(in_spec())}) {
    SessionScript script{options};
    auto const id = script.opened_by_peer();
    script.hears(id, schemas(args, u32_schema()));
    script.hears(id, call(2));
    script.does(our_call(1, id));
    script.loses_conduit();
    script.does(command::Resume{.outcome = as_initiator()});
    REQUIRE(script.session.connection(id));
    CHECK(script.session.connection(id)->requests_from_us == 0);
    CHECK(script.session.connection(id)->requests_from_peer == 0);
    CHECK(script.does(an_open()) == Lines{"send open 1 odd/64 {vox-service=Echo}"});
  }
}

TEST_CASE("r[core.M4] 0.4.0 forgets received schemas on the root only") {
  SessionScript script{in_registry()};
  auto const id = script.opened_by_peer();
  script.hears(0, schemas(args, u32_schema()));
  script.hears(id, schemas(args, u32_schema()));
  script.loses_conduit();
  script.does(command::Resume{.outcome = as_initiator()});
  CHECK(script.hears(0, schemas(args, u32_schema())).empty());
  CHECK(script.hears(id, schemas(args, u32_schema())).back() == "closed 2 by bad_message {}");
}

TEST_CASE("r[core.M4] by the specification what was announced holds, and may come once more") {
  SessionScript script{in_registry(in_spec())};
  auto const id = script.opened_by_peer();
  script.hears(id, schemas(args, u32_schema()));
  script.does(our_call(1, id));
  script.loses_conduit();
  script.does(command::Resume{.outcome = as_initiator()});
  CHECK(script.hears(id, call(2)).size() == 1);
  CHECK(script.hears(id, schemas(args, u32_schema())).empty());
  CHECK(script.does(our_call(1, id)).front() == "send schema 2 m7 args 1 schemas");
  script.hears(id, schemas(args, u32_schema()));
  CHECK(script.session.state() == SessionState::ended);
}

TEST_CASE("r[core.M4] nothing of the old conduit reaches the new one") {
  SessionScript script{in_registry()};
  REQUIRE(script.quietly(our_call(1)));
  CHECK(script.loses_conduit() == Lines{"not_sent call 0#1 conduit_lost", "disconnected"});
  CHECK(script.hears(0, wire::Ping{.nonce = 1}).empty());
  CHECK(script.does(command::Resume{.outcome = as_initiator()}) == Lines{"resumed 1 with retry"});
}

TEST_SUITE_END();
