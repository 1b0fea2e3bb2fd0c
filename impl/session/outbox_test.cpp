#include "impl/session/outbox.hpp"

#include "impl/session/keepalive.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace vox;
using namespace vox::session;

namespace {

Receipt to(ConnectionId id) {
  return {.kind = SendKind::channel, .connection_id = id, .id = 0};
}

// Takes everything out: "1" for the message to connection 1, "w1" for a warning, "x1" for a
// failure.
std::vector<std::string> drain(Outbox& outbox) {
  std::vector<std::string> seen;
  while (!outbox.empty()) {
    if (outbox.message_is_next()) {
      seen.push_back(std::to_string(outbox.front().receipt.connection_id));
      outbox.hand_out();
      outbox.drop_front();
      continue;
    }
    auto const event = outbox.take_event();
    if (auto const* const warning = std::get_if<event::Warning>(&event)) {
      seen.push_back("w" + std::to_string(warning->connection_id));
    } else {
      seen.push_back("x" + std::to_string(std::get<event::NotSent>(event).receipt.connection_id));
    }
  }
  return seen;
}

Event unsent(Batch const& batch) {
  return event::NotSent{.receipt = batch.receipt};
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.X1] messages and events leave in one order") {
  Outbox outbox{8};
  static_cast<void>(outbox.put_message(to(1)));
  outbox.put(event::Warning{.connection_id = 2});
  static_cast<void>(outbox.put_message(to(3)));
  CHECK(drain(outbox) == std::vector<std::string>{"1", "w2", "3"});
  CHECK(outbox.message_count() == 0);
}

TEST_CASE("r[core.X1] the outbox is full at its depth, and takes what is owed all the same") {
  Outbox outbox{2};
  static_cast<void>(outbox.put_message(to(1)));
  CHECK_FALSE(outbox.is_full());
  static_cast<void>(outbox.put_message(to(2)));
  CHECK(outbox.is_full());
  static_cast<void>(outbox.put_message(to(3)));
  CHECK(drain(outbox).size() == 3);
  CHECK_FALSE(outbox.is_full());
}

TEST_CASE("messages that fail leave what became of them in their place") {
  Outbox outbox{8};
  for (ConnectionId const id : {1U, 2U, 1U, 3U, 1U}) {
    static_cast<void>(outbox.put_message(to(id)));
  }
  outbox.put(event::Warning{.connection_id = 9});
  outbox.fail([](Batch const& batch) { return batch.receipt.connection_id == 1; }, unsent);
  CHECK(outbox.message_count() == 2);
  outbox.fail([](Batch const& batch) { return batch.receipt.connection_id == 3; }, unsent);
  CHECK(outbox.message_count() == 1);
  CHECK(drain(outbox) == std::vector<std::string>{"x1", "2", "x1", "x3", "x1", "w9"});
  CHECK(outbox.message_count() == 0);
}

TEST_CASE("the outbox uses its room again and grows when it must") {
  Outbox outbox{1000};
  for (int round = 0; round < 3; ++round) {
    for (ConnectionId id = 0; id < 100; ++id) {
      outbox.put_message(to(id)).payload = wire::Buffer{};
      if (id % 3 == 0) outbox.put(event::Warning{.connection_id = id});
    }
    CHECK(drain(outbox).size() == 134);
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

TEST_SUITE_END();
