// What a session may hold and how long it may wait, whatever peer and application do.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

namespace {

input::Received received(ConnectionId id, wire::MessagePayload const& payload) {
  return {.payload = Backing{wire::encode_message({.connection_id = id, .payload = payload})}};
}

command::SendResponse response_of(RequestId id, std::size_t bytes) {
  return {.request_id = id, .ret = Bytes(bytes)};
}

// A session that owes two answers at most, of which it owes two.
SessionScript in_debt() {
  auto options = in_0_4();
  options.limits.owed_messages_max = 2;
  options.limits.stall = std::chrono::milliseconds{100};
  SessionScript script{options};
  script.quietly(received(0, wire::Ping{1}));
  script.quietly(received(0, wire::Ping{2}));
  return script;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("what is owed gates reading until it is written, and not the own messages") {
  auto script = in_debt();
  CHECK_FALSE(script.session.can_receive());
  CHECK(script.session.can_send());
  wire::Buffer buffer;
  auto const first = script.session.poll_transmit(buffer);
  CHECK_FALSE(script.session.can_receive());
  script.session.handle(script.now, input::Written{.through = first->token});
  CHECK(script.session.can_receive());
  CHECK(script.session.written_through() == first->token);
}

TEST_CASE("answers that are owed are counted in bytes, too, and always taken") {
  auto options = in_0_4();
  options.limits.owed_bytes_max = 1000;
  SessionScript script{options};
  REQUIRE(script.quietly(response_of(2, 900)));
  CHECK(script.session.can_receive());
  REQUIRE(script.quietly(response_of(4, 900)));
  CHECK_FALSE(script.session.can_receive());
  CHECK(script.quietly(response_of(6, 900)));
  script.says();
  CHECK(script.session.can_receive());
}

TEST_CASE(
    "a conduit that takes nothing of what is owed ends the session, one that moves does not") {
  auto stalled = in_debt();
  CHECK(stalled.deadline() == 100);
  stalled.now = TimePoint{} + std::chrono::milliseconds{99};
  stalled.quietly(input::DeadlineReached{});
  CHECK(stalled.session.state() == SessionState::connected);
  CHECK(last_event(stalled.at(100)) == "ended stalled");

  auto slow = in_debt();
  slow.now = TimePoint{} + std::chrono::milliseconds{99};
  slow.quietly(input::Progress{});
  CHECK(slow.deadline() == 199);
  slow.says();
  CHECK_FALSE(slow.deadline());
}

TEST_CASE("events that nobody polls gate reading by their number and by what they keep alive") {
  auto options = in_0_4();
  options.limits.events_max = 2;
  SessionScript few{options};
  few.quietly(received(0, item(1)));
  CHECK(few.session.can_receive());
  few.quietly(received(0, item(1)));
  CHECK_FALSE(few.session.can_receive());
  CHECK(few.says().size() == 2);
  CHECK(few.session.can_receive());

  options.limits.events_max = 1024;
  options.limits.event_bytes_max = 100'000;
  SessionScript large{options};
  Bytes const bytes(100'000);
  large.quietly(received(0, wire::ChannelMessage{.id = 1, .body = wire::Item{.item = bytes}}));
  CHECK_FALSE(large.session.can_receive());
  static_cast<void>(large.session.poll_event());
  CHECK(large.session.can_receive());
}

TEST_CASE("a response beyond what a session may hold is refused and can be tried again") {
  auto options = in_0_4();
  options.limits.session_bytes_max = 10'000;
  SessionScript script{options};
  REQUIRE(script.quietly(response_of(2, 6000)));
  Command second = response_of(4, 6000);
  auto const refused = script.session.call(script.now, std::move(second));
  REQUIRE_FALSE(refused);
  CHECK(*refused.error().misuse() == Misuse::queue_full);
  // NOLINTNEXTLINE(bugprone-use-after-move): a refused command is left as it was.
  CHECK(std::get<command::SendResponse>(second).ret.size() == 6000);
  script.says();
  CHECK(script.session.call(script.now, std::move(second)).has_value());
}

TEST_CASE("a message larger than a payload may be is refused, and its request stays open") {
  auto options = in_0_4();
  options.limits.frame_bytes_max = 100;
  SessionScript script{options};
  script.hears(0, call(2));
  auto const refused = script.quietly(response_of(2, 100));
  REQUIRE_FALSE(refused);
  CHECK(*refused.error().misuse() == Misuse::too_large);
  CHECK(script.session.unanswered_method(0, 2) == 7);
  CHECK(script.does(response_of(2, 50)).back().starts_with("send response 0#2"));
}

TEST_CASE("what was handed out and not written when the conduit goes is told from what waited") {
  SessionScript script;
  wire::Buffer buffer;
  REQUIRE(script.quietly(command::SendChannel{.channel_id = 1, .body = command::Item{}}));
  REQUIRE(script.session.poll_transmit(buffer));
  auto const waiting = script.session.call(
      script.now, command::SendChannel{.channel_id = 3, .body = command::Item{}});
  script.session.handle(script.now, input::ConduitLost{});
  auto const first = std::get<event::NotSent>(script.session.poll_event().value());
  CHECK(first.reason == NotSentReason::unconfirmed);
  auto const second = std::get<event::NotSent>(script.session.poll_event().value());
  CHECK(second.reason == NotSentReason::conduit_lost);
  CHECK(second.token == waiting->token);
}

TEST_CASE(
    "r[connection.close] however many connections were closed, a late message is no offence") {
  auto options = in_spec();
  options.limits.closed_connections_max = 4;
  SessionScript script{options};
  auto const first = script.opened_by_peer();
  auto const ours = script.opened_by_us();
  for (auto const id : {first, ours})
    script.does(command::Close{.connection_id = id});
  for (int i = 0; i < 10; ++i)
    script.does(command::Close{.connection_id = script.opened_by_peer()});
  for (int i = 0; i < 10; ++i)
    script.does(command::Close{.connection_id = script.opened_by_us()});
  for (auto const id : {first, ours}) {
    CHECK(script.hears(id, item(1)).empty());
    CHECK(script.hears(id, close()).empty());
  }
  // What was never opened is still an offence.
  CHECK(last_event(script.hears(1000, item(1))) == "ended violation connection.open");
}

TEST_CASE("an event keeps the type that was announced up to it, whatever is announced later") {
  SessionScript script{in_spec()};
  script.hears(0, schemas(args, u32_schema()));
  script.quietly(received(0, call(2)));
  script.quietly(received(0, schemas(args, text_schema())));
  auto const event = std::get<event::CallReceived>(script.session.poll_event().value());
  REQUIRE(event.announced.root != nullptr);
  auto const* const newest = script.session.received_schemas(0)->root({7, args});
  REQUIRE(newest != nullptr);
  CHECK(*event.announced.root != *newest);
}

TEST_SUITE_END();
