// Y1 and Y2: two connections joined into one.
#include "conformance/tests/session_script.hpp"
#include "impl/session/proxy.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

namespace {

// A host on the left, to which we opened a connection; a guest on the right, who opened one to us.
struct Joined {
  explicit Joined(SessionOptions options = in_0_4())
      : left{options, as_initiator()},
        right{options, as_acceptor()},
        left_id{left.opened_by_us(Parity::odd)},
        right_id{right.opened_by_peer(Parity::odd)},
        proxy{Proxy::join({&left.session, left_id}, {&right.session, right_id}).value()} {}

  // What one side hears goes through the proxy; the lines are those of the other side, and what the
  // first says beside it.
  Lines passes(SessionScript& from, SessionScript& to, ConnectionId id,
               wire::MessagePayload const& payload) {
    from.quietly(input::Received{Backing{wire::encode_message({id, payload})}});
    Lines beside;
    while (auto const event = from.session.poll_event()) {
      if (!proxy.take(from.now, from.session, *event)) beside.push_back(line_of(*event));
    }
    for (auto const& line : from.says())
      beside.push_back(line);
    auto lines = to.says();
    lines.insert(lines.end(), beside.begin(), beside.end());
    return lines;
  }
  Lines from_guest(wire::MessagePayload const& payload) {
    return passes(right, left, right_id, payload);
  }
  Lines from_host(wire::MessagePayload const& payload) {
    return passes(left, right, left_id, payload);
  }

  SessionScript left;
  SessionScript right;
  ConnectionId left_id;
  ConnectionId right_id;
  Proxy proxy;
};

wire::Metadata marked() {
  return {{.key = "kept", .value = std::string_view{"a"}, .flags = std::uint64_t{1} << 40U},
          {.key = "stays", .value = std::string_view{"b"}, .flags = wire::no_propagate}};
}

}  // namespace

TEST_SUITE_BEGIN("connection");

TEST_CASE("r[core.Y1] connections of the same parity cannot be joined") {
  SessionScript left;
  SessionScript right{in_0_4(), as_acceptor()};
  auto const odd = left.opened_by_us(Parity::odd);
  auto const also_odd = right.opened_by_peer(Parity::even);
  auto const refused = Proxy::join({&left.session, odd}, {&right.session, also_odd});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text() == "protocol error: proxy_connections requires opposite parities");
}

TEST_CASE("r[core.Y1] only active connections can be joined, roots among them") {
  SessionScript left;
  SessionScript right{in_0_4(), as_acceptor()};
  CHECK(Proxy::join({&left.session, 0}, {&right.session, 0}).has_value());
  CHECK_FALSE(Proxy::join({&left.session, 0}, {&right.session, 2}).has_value());
}

TEST_CASE(
    "r[core.Y1] r[core.X4] requests of both sides pass unchanged, their schemas before them") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    Joined joined{options};
    CHECK(joined.from_guest(schemas(args, u32_schema())).empty());
    CHECK(joined.from_guest(call(1)) ==
          Lines{"send schema 1 m7 args 1 schemas", "send call 1#1 m7 {} 61"});
    CHECK(joined.from_guest(call(3)) == Lines{"send call 1#3 m7 {} 61"});
    CHECK(joined.from_guest(cancel(3)) == Lines{"send cancel 1#3 {}"});
    CHECK(joined.from_host(schemas(response, text_schema())).empty());
    CHECK(joined.from_host(reply(1)) ==
          Lines{"send schema 1 m7 response 1 schemas", "send response 1#1 {} 72"});
    CHECK(joined.from_host(reply(3)) == Lines{"send response 1#3 {} 72"});
  }
}

TEST_CASE("r[core.Y1] channel messages pass unchanged") {
  Joined joined;
  CHECK(joined.from_guest(item(1)) == Lines{"send item 1#1 69"});
  CHECK(joined.from_host(wire::ChannelMessage{1, wire::GrantCredit{8}}) ==
        Lines{"send grant 1#1 8"});
  CHECK(joined.from_host(wire::ChannelMessage{1, wire::Reset{}}) == Lines{"send reset 1#1 {}"});
  CHECK(joined.from_guest(wire::ChannelMessage{1, wire::Close{}}) ==
        Lines{"send close_channel 1#1 {}"});
}

TEST_CASE("r[core.Y1] two connections of one session can be joined as well") {
  SessionScript script;
  auto const ours = script.opened_by_us(Parity::odd);
  auto const theirs = script.opened_by_peer(Parity::odd);
  auto proxy = Proxy::join({&script.session, ours}, {&script.session, theirs}).value();
  script.quietly(input::Received{Backing{wire::encode_message({theirs, item(5)})}});
  auto const received = script.session.poll_event();
  REQUIRE(received);
  CHECK(proxy.take(script.now, script.session, *received));
  CHECK(script.says() == Lines{"send item 1#5 69"});
}

TEST_CASE("r[core.Y1] what is not about the joined connections is left alone") {
  Joined joined;
  auto const other = joined.right.opened_by_peer(Parity::odd);
  CHECK(joined.passes(joined.right, joined.left, other, item(1)) == Lines{"item 3#1 69"});
  CHECK(joined.passes(joined.right, joined.left, 0, item(1)) == Lines{"item 0#1 69"});
}

TEST_CASE("r[core.X4] without known schemas 0.4.0 forwards the bare call and logs an error") {
  Joined joined;
  CHECK(joined.from_guest(call(1)) ==
        Lines{"warning 1 schema attachment failed: missing forwarded args schemas for method 7",
              "send call 1#1 m7 {} 61"});
}

TEST_CASE(
    "r[rpc.metadata.flags.no-propagate] by the specification such entries are not passed on") {
  auto const call_with_entries = [](std::uint64_t id) {
    static auto const entries = marked();
    return wire::RequestMessage{
        .id = id,
        .body = wire::Call{.method_id = 7, .metadata = entries, .args = {}, .schemas = {}}};
  };
  Joined spec{in_spec()};
  spec.from_guest(schemas(args, u32_schema()));
  CHECK(spec.from_guest(call_with_entries(1)).back() == "send call 1#1 m7 {kept=a} ");
  Joined shipped;
  shipped.from_guest(schemas(args, u32_schema()));
  CHECK(shipped.from_guest(call_with_entries(1)).back() == "send call 1#1 m7 {kept=a, stays=b} ");
}

TEST_CASE("r[rpc.metadata.flags] a proxy keeps flags that it does not know") {
  Joined joined{in_spec()};
  static auto const entries = marked();
  joined.from_guest(wire::ChannelMessage{1, wire::Close{.metadata = entries}});
  auto const sent = wire::decode_message(joined.left.sent().back()).value();
  auto const& closed = std::get<wire::Close>(std::get<wire::ChannelMessage>(sent.payload).body);
  REQUIRE(closed.metadata.size() == 1);
  CHECK((*closed.metadata.begin()).flags == std::uint64_t{1} << 40U);
}

TEST_CASE("r[core.Y2] a close on either side closes both") {
  Joined by_guest;
  CHECK(by_guest.from_guest(close()) == Lines{"closed 1 by caller_drop {}", "send close 1 {}"});
  CHECK(by_guest.proxy.is_over());
  Joined by_host;
  CHECK(by_host.from_host(close()) == Lines{"closed 1 by caller_drop {}", "send close 1 {}"});
}

TEST_CASE("r[core.Y2] a forward that fails closes both") {
  Joined joined;
  // The connection of the host went without the proxy having been told yet.
  static_cast<void>(joined.left.does(command::Close{.connection_id = joined.left_id}));
  auto const lines = joined.from_guest(item(1));
  CHECK(joined.proxy.is_over());
  CHECK(lines == Lines{"closed 1 by caller_drop {}", "send close 1 {}"});
}

TEST_CASE("r[core.Y2] a full queue is no failure: what does not fit waits") {
  auto options = in_0_4();
  options.limits.wanted_messages_max = 2;
  Joined joined{options};
  auto const hear = [&](std::uint64_t channel) {
    joined.right.quietly(input::Received{Backing{wire::encode_message({1, item(channel)})}});
    auto const event = joined.right.session.poll_event();
    CHECK(joined.proxy.take(joined.right.now, joined.right.session, *event));
  };
  for (std::uint64_t channel = 1; channel <= 5; ++channel)
    hear(channel);
  CHECK(joined.proxy.waiting_count() == 3);
  CHECK(joined.left.says() == Lines{"send item 1#1 69", "send item 1#2 69"});
  joined.proxy.flush(joined.left.now);
  CHECK(joined.left.says() == Lines{"send item 1#3 69", "send item 1#4 69"});
  joined.proxy.flush(joined.left.now);
  CHECK(joined.left.says() == Lines{"send item 1#5 69"});
  CHECK_FALSE(joined.proxy.is_over());
}

TEST_CASE("r[core.Y1] a cancel that crosses the response ends nothing") {
  Joined joined{in_spec()};
  joined.from_guest(schemas(args, u32_schema()));
  joined.from_guest(call(1));
  joined.from_host(schemas(response, text_schema()));
  joined.from_host(reply(1));
  CHECK(joined.from_guest(cancel(1)).empty());
  CHECK_FALSE(joined.proxy.is_over());
}

TEST_SUITE_END();
