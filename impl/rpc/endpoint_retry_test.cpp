#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_pair.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

struct Lossy {
  EndpointPair pair;
  EndpointPair::Side& client = pair.client;
  EndpointPair::Side& server = pair.server;

  explicit Lossy(PairOptions options = {}) : pair{options} {
    pair.run();
    client.events.clear();
    server.events.clear();
  }
  CallId echo(std::string text) {
    return pair.call(client, *methods().echo, args(std::move(text)));
  }
  std::optional<event::CallArrived> arrived() {
    pair.run();
    return pair.next<event::CallArrived>(server);
  }
  void answer(event::CallArrived const& call, std::string text) {
    pair.respond(server, call.request, ok(std::move(text)));
    pair.run();
  }
};

TEST_CASE(
    "r[retry.reconnect.session-resume.live] a call that runs across a lost link is answered "
    "once, without a second execution") {
  Lossy lossy;
  lossy.echo("hello");
  auto const call = lossy.arrived();
  REQUIRE(call);
  lossy.pair.lose_link();
  lossy.pair.resume();
  CHECK_FALSE(lossy.arrived());  // the repeat joins
  lossy.answer(*call, "hello");
  CHECK(lossy.pair.outcome(lossy.client) == "ok hello");
  CHECK(lossy.pair.outcome(lossy.client) == "none");
  CHECK(lossy.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE(
    "r[retry.duplicate.sealed] an answer that was lost is given again, without a second "
    "execution") {
  Lossy lossy;
  lossy.echo("hello");
  auto const call = lossy.arrived();
  REQUIRE(call);
  lossy.pair.lose_link();
  lossy.answer(*call, "from before");
  lossy.pair.resume();
  CHECK_FALSE(lossy.arrived());
  CHECK(lossy.pair.outcome(lossy.client) == "ok from before");
}

TEST_CASE("in vox_0_4 an answer behind a resume is read by what the peer has announced there") {
  Lossy lossy{{.rulebook = Rulebook::vox_0_4, .supports_retry = false}};
  lossy.echo("one");
  auto const one = lossy.arrived();
  REQUIRE(one);
  lossy.pair.lose_link();
  lossy.pair.resume();
  lossy.echo("two");
  auto const two = lossy.arrived();
  REQUIRE(two);
  lossy.answer(*two, "two");
  CHECK(lossy.pair.outcome(lossy.client) == "ok two");
  // The session does not know the call any more; the endpoint does.
  lossy.answer(*one, "one");
  CHECK(lossy.pair.outcome(lossy.client) == "ok one");
}

TEST_CASE("r[retry.layers.no-silent-retry] a call that never went out does so after the resume") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Lossy lossy{{.rulebook = rulebook}};
    lossy.pair.lose_link();
    lossy.echo("late");
    CHECK(lossy.pair.outcome(lossy.client) == "none");
    lossy.pair.resume();
    auto const call = lossy.arrived();
    REQUIRE(call);
    lossy.answer(*call, "late");
    CHECK(lossy.pair.outcome(lossy.client) == "ok late");
  }
}

TEST_CASE(
    "r[retry.reconnect.session-resume.terminate] in vox_0_4 a late answer comes over the next "
    "link") {
  Lossy lossy{{.rulebook = Rulebook::vox_0_4}};
  lossy.echo("hello");
  auto const call = lossy.arrived();
  REQUIRE(call);
  lossy.pair.lose_link();
  lossy.pair.resume();
  lossy.answer(*call, "hello");
  CHECK(lossy.pair.outcome(lossy.client) == "ok hello");
}

TEST_CASE("a call of a session that cannot be resumed ends with it") {
  Lossy lossy{{.resumable = false}};
  lossy.echo("hello");
  auto const call = lossy.arrived();
  REQUIRE(call);
  lossy.pair.lose_link();
  CHECK(lossy.pair.outcome(lossy.client) == "session_shutdown");
  auto const stopped = lossy.pair.next<event::HandlerStopped>(lossy.server);
  REQUIRE(stopped);
  CHECK(stopped->request == call->request);
  lossy.answer(*call, "hello");
  CHECK(lossy.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE("calls are answered across a hundred lost links, each once") {
  Lossy lossy;
  int answered = 0;
  for (int round = 0; round < 100; ++round) {
    lossy.echo("a" + std::to_string(round));
    lossy.echo("b" + std::to_string(round));
    auto const first = lossy.arrived();
    auto const second = lossy.arrived();
    REQUIRE(first);
    REQUIRE(second);
    if (round % 3 == 0) lossy.answer(*second, "b" + std::to_string(round));
    lossy.pair.lose_link();
    if (round % 3 == 1) lossy.answer(*second, "b" + std::to_string(round));
    lossy.pair.resume();
    lossy.answer(*first, "a" + std::to_string(round));
    if (round % 3 == 2) lossy.answer(*second, "b" + std::to_string(round));
    std::string outcomes;
    while (auto const done = lossy.pair.next<event::CallDone>(lossy.client)) {
      ++answered;
      outcomes += said(done->outcome) + " ";
    }
    CHECK(outcomes.find("ok a" + std::to_string(round)) != std::string::npos);
    CHECK(outcomes.find("ok b" + std::to_string(round)) != std::string::npos);
    lossy.server.events.clear();
  }
  CHECK(answered == 200);
  CHECK(lossy.client.endpoint->calls_in_flight() == 0);
  CHECK(lossy.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE("types that are announced again after each resume are held once") {
  Limits limits;
  limits.session_bytes_max = 200'000;
  Lossy lossy{{.limits = limits}};
  for (int round = 0; round < 400; ++round) {
    lossy.echo("x");
    auto const call = lossy.arrived();
    REQUIRE(call);
    lossy.answer(*call, "x");
    REQUIRE(lossy.pair.outcome(lossy.client) == "ok x");
    lossy.pair.lose_link();
    lossy.pair.resume();
  }
  CHECK(lossy.server.endpoint->held_bytes() < 10'000);
  CHECK(lossy.client.endpoint->held_bytes() < 10'000);
}

TEST_CASE("r[session.handshake.resume] a resume that is refused leaves the link that stands") {
  Lossy lossy;
  lossy.echo("hello");
  auto const call = lossy.arrived();
  REQUIRE(call);
  auto changed = lossy.pair.handshake(Role::acceptor);
  changed.peer_settings.max_concurrent_requests += 1;
  auto const refused = lossy.server.endpoint->resume(lossy.pair.now, std::move(changed));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().contains(session::text::peer_settings_changed));
  CHECK(lossy.server.endpoint->session().state() == session::SessionState::connected);
  CHECK_FALSE(lossy.pair.next<session::event::Disconnected>(lossy.server));
  lossy.answer(*call, "hello");
  CHECK(lossy.pair.outcome(lossy.client) == "ok hello");
}

}  // namespace
