#include "impl/session/outbox.hpp"

#include "impl/session/keepalive.hpp"
#include "impl/session/timers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace vox;
using namespace vox::session;

namespace {

Receipt to(ConnectionId id, SendKind kind = SendKind::channel) {
  return {.kind = kind, .connection_id = id, .id = 0};
}

Token put(Outbox& outbox, Receipt receipt, std::size_t bytes = 1) {
  auto& message = outbox.draft(receipt);
  wire::Writer{message.head}.put_bytes(Bytes(bytes));
  return outbox.commit();
}

// Takes everything out, as the connections of the messages.
std::vector<ConnectionId> drain(Outbox& outbox) {
  std::vector<ConnectionId> seen;
  while (outbox.has_waiting()) {
    seen.push_back(outbox.front().receipt.connection_id);
    outbox.hand_out();
  }
  outbox.settle(outbox.last_handed_out(), [](MessageInFlight const&) {});
  return seen;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.X1] messages leave in order, and tokens rise in it") {
  Outbox outbox{{}};
  auto const first = put(outbox, to(1));
  CHECK(put(outbox, to(2)) > first);
  static_cast<void>(outbox.draft(to(9)));
  outbox.abandon();
  put(outbox, to(3));
  CHECK(drain(outbox) == std::vector<ConnectionId>{1, 2, 3});
  CHECK(outbox.message_count() == 0);
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("r[core.X1] each share has its limit, and a message counts until it is written") {
  Outbox outbox{{.owed_messages_max = 2, .wanted_bytes_max = 10}};
  put(outbox, to(1, SendKind::pong));
  put(outbox, to(2, SendKind::call), 9);
  put(outbox, to(3, SendKind::close), 99);
  CHECK_FALSE(outbox.owes_too_much());
  CHECK_FALSE(outbox.wants_too_much());
  put(outbox, to(4, SendKind::response));
  put(outbox, to(5, SendKind::channel));
  CHECK(outbox.owes_too_much());
  CHECK(outbox.wants_too_much());
  while (outbox.has_waiting())
    outbox.hand_out();
  CHECK(outbox.owes_too_much());
  CHECK(outbox.wants_too_much());
  std::vector<ConnectionId> written;
  outbox.settle(
      2, [&](MessageInFlight const& message) { written.push_back(message.receipt.connection_id); });
  CHECK(written == std::vector<ConnectionId>{1, 2});
  CHECK_FALSE(outbox.owes_too_much());
  CHECK_FALSE(outbox.wants_too_much());
  CHECK(outbox.message_count() == 3);
}

TEST_CASE("messages that fail leave the others in order") {
  Outbox outbox{{}};
  for (ConnectionId const id : {1U, 2U, 1U, 3U, 1U})
    put(outbox, to(id));
  std::vector<Token> failed;
  outbox.fail_waiting(
      [](OutgoingMessage const& message) { return message.receipt.connection_id == 1; },
      [&](OutgoingMessage const& message) { failed.push_back(message.token); });
  CHECK(failed == std::vector<Token>{1, 3, 5});
  CHECK(outbox.message_count() == 2);
  CHECK(drain(outbox) == std::vector<ConnectionId>{2, 3});
  CHECK_FALSE(outbox.has_waiting());
}

TEST_CASE("a message in flight can be taken back by its token") {
  Outbox outbox{{}};
  for (ConnectionId const id : {1U, 2U, 3U})
    put(outbox, to(id));
  while (outbox.has_waiting())
    outbox.hand_out();
  CHECK(outbox.take_in_flight(2)->receipt.connection_id == 2);
  CHECK_FALSE(outbox.take_in_flight(2));
  CHECK(outbox.has_in_flight_after(2, 3));
  CHECK_FALSE(outbox.has_in_flight_after(3, 3));
  CHECK(outbox.message_count() == 2);
}

TEST_CASE("the outbox uses its room again and grows when it must") {
  Outbox outbox{{}};
  for (int round = 0; round < 3; ++round) {
    for (ConnectionId id = 0; id < 100; ++id)
      put(outbox, to(id), 100 * (id % 30));
    CHECK(drain(outbox).size() == 100);
  }
}

TEST_CASE("r[core.K5] keepalive deadlines lie on a grid of 10 ms from the start") {
  using std::chrono::milliseconds;
  Keepalive keepalive{{.interval = milliseconds{15}, .timeout = milliseconds{15}},
                      TimePoint{} + milliseconds{3}};
  CHECK(keepalive.deadline() == TimePoint{} + milliseconds{23});
  CHECK(keepalive.look(TimePoint{} + milliseconds{22}) == Keepalive::Due::nothing);
  CHECK(keepalive.look(TimePoint{} + milliseconds{23}) == Keepalive::Due::ping);
  CHECK(keepalive.outstanding() == 1);
  CHECK(keepalive.deadline() == TimePoint{} + milliseconds{43});
  keepalive.on_pong(TimePoint{} + milliseconds{30}, 1);
  CHECK_FALSE(keepalive.outstanding());
  CHECK(keepalive.deadline() == TimePoint{} + milliseconds{53});
}

TEST_CASE("deadlines that would lie behind the end of the clock lie at its end") {
  using std::chrono::milliseconds;
  CHECK(later(TimePoint::max() - milliseconds{1}, milliseconds{2}) == TimePoint::max());
  CHECK(later(TimePoint{}, Duration::max()) == TimePoint::max());
  Keepalive keepalive{{.interval = Duration::max(), .timeout = Duration::max()},
                      TimePoint{} + milliseconds{3}};
  CHECK(keepalive.deadline() == TimePoint::max());
  CHECK(keepalive.look(TimePoint::max()) == Keepalive::Due::ping);
  CHECK(keepalive.deadline() == TimePoint::max());
}

TEST_SUITE_END();
