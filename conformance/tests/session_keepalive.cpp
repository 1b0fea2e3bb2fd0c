// K1–K5: pings that we send, and what comes of a peer that does not answer.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

SessionOptions every(std::int64_t interval_ms, std::int64_t timeout_ms) {
  auto options = in_0_4();
  options.keepalive = {std::chrono::milliseconds{interval_ms},
                       std::chrono::milliseconds{timeout_ms}};
  return options;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.K1] keepalive is off unless configured") {
  SessionScript script;
  CHECK_FALSE(script.deadline());
  CHECK(script.at(1'000'000).empty());
}

TEST_CASE("r[core.K1] an interval or a timeout of zero turns it off, with a warning") {
  for (auto const& options : {every(0, 50), every(50, 0), every(-1, 50)}) {
    auto session = Session::establish(TimePoint{}, options, as_initiator()).value();
    CHECK(line_of(*session.poll_event()) ==
          "warning 0 keepalive disabled due to non-positive interval/timeout");
    CHECK_FALSE(session.next_deadline());
  }
}

TEST_CASE("r[core.K2] the first ping goes out on the root, one interval after the start") {
  SessionScript script{every(200, 300)};
  CHECK(script.deadline() == 200);
  CHECK(script.at(199).empty());
  CHECK(script.at(200) == Lines{"send ping 0 n1"});
}

TEST_CASE("r[core.K2] the next one follows an interval after the matching pong, counting up") {
  SessionScript script{every(200, 300)};
  script.at(200);
  script.at(250);
  script.hears(0, wire::Pong{.nonce = 1});
  CHECK(script.deadline() == 450);
  CHECK(script.at(449).empty());
  CHECK(script.at(450) == Lines{"send ping 0 n2"});
  script.hears(0, wire::Pong{.nonce = 2});
  CHECK(script.at(650) == Lines{"send ping 0 n3"});
}

TEST_CASE("r[core.K3] no second ping goes out while one is unanswered") {
  SessionScript script{every(100, 1000)};
  script.at(100);
  CHECK(script.at(200).empty());
  CHECK(script.at(1000).empty());
}

TEST_CASE("r[core.K3] a pong with another nonce is ignored") {
  for (std::uint64_t const nonce : {0U, 2U}) {
    SessionScript script{every(100, 50)};
    script.at(100);
    CHECK(script.hears(0, wire::Pong{.nonce = nonce}).empty());
    CHECK(last_event(script.at(150)) == "ended peer_silent");
  }
}

TEST_CASE("r[core.K3] a pong that nobody waits for changes nothing") {
  SessionScript script{every(100, 50)};
  script.at(60);
  script.hears(0, wire::Pong{.nonce = 1});
  CHECK(script.at(100) == Lines{"send ping 0 n1"});
}

TEST_CASE("r[core.K4] a pong that does not come in time ends the session, without recovery") {
  auto options = every(100, 50);
  options.has_recoverer = true;
  options.is_registered = true;
  SessionScript script{options};
  script.at(100);
  CHECK(script.at(149).empty());
  CHECK(script.at(150) == Lines{"closed 0 by session_end {}", "ended peer_silent"});
  CHECK_FALSE(script.deadline());
}

TEST_CASE(
    "r[core.P2] in 0.4.0 pongs count on connection 0, also after it was closed and opened anew") {
  auto options = every(100, 50);
  SessionScript script{options};
  script.hears(0, close());
  script.hears(0, open());
  script.does(command::Accept{.connection_id = 0});
  REQUIRE(script.session.connection(0)->state == ConnectionState::active);
  CHECK(script.at(100) == Lines{"send ping 0 n1"});
  script.hears(0, wire::Pong{.nonce = 1});
  CHECK(script.deadline() == 200);
}

TEST_CASE("r[core.K4] a ping that cannot be sent ends the session") {
  SessionScript script{every(100, 50)};
  script.now = TimePoint{} + std::chrono::milliseconds{100};
  script.quietly(input::DeadlineReached{});
  CHECK(script.says_next() == "send ping 0 n1");
  CHECK(script.fails_to_send() ==
        Lines{"not_sent ping 0#1 send_failed", "closed 0 by session_end {}", "ended peer_silent"});
}

TEST_CASE("r[core.K5] the time is looked at every 10 milliseconds") {
  SessionScript script{every(105, 42)};
  CHECK(script.deadline() == 110);
  CHECK(script.at(105).empty());
  CHECK(script.at(110) == Lines{"send ping 0 n1"});
  CHECK(script.deadline() == 160);
  CHECK(script.at(152).empty());
  CHECK(last_event(script.at(160)) == "ended peer_silent");
}

TEST_SUITE_END();
