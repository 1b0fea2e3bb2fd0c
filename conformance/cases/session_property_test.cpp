// Sessions under all kinds of use: two against each other, with the link cut anywhere, and one
// against a peer that says whatever comes to its mind.
#include "conformance/cases/session_pair.hpp"
#include "conformance/cases/session_script.hpp"
#include "conformance/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

constexpr Rulebook rulebooks[] = {Rulebook::vox_0_4, Rulebook::spec};
using Steps = std::vector<std::uint32_t>;

Pair run(Rulebook rulebook, Steps const& steps) {
  Pair pair{rulebook};
  for (auto const number : steps)
    pair.step(number);
  return pair;
}

// Both sides open, one open is rejected, both call, one closes and the other drops; then, on what
// is left or can be had again, one more call.
void play(Pair& pair) {
  pair.decide_at_once();
  auto const first = pair.open(0);
  pair.reject_next(0);
  auto const refused = pair.open(1);
  pair.settle();
  auto const second = pair.open(1);
  if (first) pair.call(0, *first);
  pair.call(0, root_connection);
  pair.call(1, root_connection);
  pair.settle();
  for (std::size_t side : {0U, 1U})
    pair.answer_calls(side);
  if (second) pair.call(1, *second);
  pair.settle();
  pair.answer_calls(0);
  pair.settle();
  if (first) pair.close(0, *first);
  if (second) pair.drop_caller(1, *second);
  if (refused && pair.is_open(1, *refused)) pair.close(1, *refused);
  pair.settle();
}

// What a peer may say: a message of any kind on an id from a small range, or bytes at random.
Bytes nonsense(std::uint32_t number) {
  auto const id = (number >> 4U) % 8;
  auto const request = (number >> 7U) % 6;
  auto const method = (number >> 10U) % 3;
  auto const direction =
      (number >> 12U) % 2 == 0 ? wire::BindingDirection::args : wire::BindingDirection::response;
  auto const cbor = (number >> 13U) % 2 == 0 ? u32_schema() : text_schema();
  auto const say = [id](wire::MessagePayload const& payload) {
    return wire::encode_message({.connection_id = id, .payload = payload});
  };
  switch (number % 16) {
    case 0:
      return say(open((number >> 14U) % 2 == 0 ? Parity::odd : Parity::even, request));
    case 1:
      return say(wire::ConnectionOpen{});
    case 2:
      return say(accept());
    case 3:
      return say(reject());
    case 4:
      return say(close());
    case 5:
      return say(call(request, method));
    case 6:
      return say(call(request, method, cbor));
    case 7:
      return say(reply(request));
    case 8:
      return say(reply(request, cbor));
    case 9:
      return say(cancel(request));
    case 10:
      return say(item(request));
    case 11:
      return say(schemas(direction, cbor, method));
    case 12:
      return say(wire::Ping{.nonce = number});
    case 13:
      return say(wire::Pong{.nonce = request});
    case 14:
      return (number >> 20U) % 8 == 0 ? say(wire::ProtocolError{}) : say(open());
    default:
      return Bytes(request, static_cast<std::byte>(number >> 16U));
  }
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.L3] whatever two sessions do, their books agree and nothing is left over") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](Steps const& steps) {
      auto pair = run(rulebook, steps);
      pair.finish();
      RC_ASSERT(pair.complaints() == std::vector<std::string>{});
    });
  }
}

TEST_CASE("r[session] the same steps give the same bytes") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](Steps const& steps) {
      RC_ASSERT(run(rulebook, steps).transcript() == run(rulebook, steps).transcript());
    });
  }
}

TEST_CASE("r[session.handshake.resume] a link cut after any message costs no open and no slot") {
  for (auto const rulebook : rulebooks) {
    Pair whole{rulebook};
    play(whole);
    CHECK(whole.answered(0) + whole.answered(1) == 4);
    REQUIRE(whole.delivered() > 20);
    for (std::uint64_t cut = 1; cut <= whole.delivered(); ++cut) {
      INFO("cut after " << cut << " messages");
      Pair pair{rulebook};
      pair.cut_after(cut);
      play(pair);
      CHECK_FALSE(pair.is_connected());
      pair.reconnect();
      pair.settle();
      // The session is as good as new.
      auto const before = pair.answered(0);
      auto const again = pair.open(0);
      pair.settle();
      CHECK(pair.call(0, *again));
      CHECK(pair.call(0, root_connection));
      pair.settle();
      pair.answer_calls(1);
      pair.settle();
      CHECK(pair.answered(0) == before + 2);
      pair.finish();
      CHECK(pair.complaints() == std::vector<std::string>{});
    }
  }
}

TEST_CASE("r[session.protocol-error] whatever a peer says, a session stays in order or ends") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](Steps const& numbers) {
      auto options = rulebook == Rulebook::spec ? in_spec() : in_0_4();
      options.limits.connections_max = 4;
      options.limits.requests_max = 3;
      options.limits.closed_connections_max = 2;
      Script script{options};
      for (auto const number : numbers) {
        if (number % 5 == 0) script.does(command::Accept{.connection_id = (number >> 4U) % 8});
        if (number % 7 == 0) script.does(command::Open{.service = "Echo"});
        if (number % 11 == 0) script.does(command::Close{.connection_id = (number >> 4U) % 8});
        auto const was_connected = script.session.state() == SessionState::connected;
        auto const lines = script.hears(nonsense(number));
        RC_ASSERT(script.session.connection_count() <= 4U);
        if (!was_connected) RC_ASSERT(lines.empty());
        auto const has_ended = !lines.empty() && lines.back().starts_with("ended ");
        RC_ASSERT(has_ended == (was_connected && script.session.state() == SessionState::ended));
        auto const accuses = !lines.empty() && lines.front().starts_with("send protocol_error");
        if (rulebook == Rulebook::vox_0_4) RC_ASSERT(!accuses);
        if (accuses) RC_ASSERT(lines.back().starts_with("ended violation"));
      }
    });
  }
}

TEST_SUITE_END();
