// What passes between two connections that are joined into one.
#include "conformance/tests/session_script.hpp"
#include "impl/rpc/proxy.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <utility>
#include <variant>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

namespace {

// A host on the left, to which we opened a connection; a guest on the right, who opened one to us.
struct Joined {
  explicit Joined(SessionOptions const& options = in_0_4())
      : left{options, as_initiator()},
        right{options, as_acceptor()},
        left_id{left.opened_by_us(Parity::odd)},
        right_id{right.opened_by_peer(Parity::odd)} {}

  // What one side hears is passed on; the lines are those of the other side.
  static Lines passes(SessionScript& from, SessionScript& to, ConnectionId from_id,
                      ConnectionId to_id, wire::MessagePayload const& payload) {
    from.quietly(input::Received{Backing{wire::encode_message({from_id, payload})}});
    while (auto const event = from.session.poll_event()) {
      CHECK(rpc::pass_on(*event, to.session, to_id,
                         [&](rpc::Command&& command) { return send(to, std::move(command)); }));
    }
    return to.says();
  }
  static std::expected<rpc::Accepted, rpc::Refusal> send(SessionScript& to,
                                                         rpc::Command&& command) {
    return std::visit(
        [&]<class Sent>(Sent& sent) -> std::expected<rpc::Accepted, rpc::Refusal> {
          if constexpr (std::constructible_from<Command, Sent>) {
            auto const done = to.quietly(Command{std::move(sent)});
            if (!done) return std::unexpected(rpc::Refusal{done.error()});
            return rpc::Accepted{};
          }
          FAIL("what is passed on is a message");
          return rpc::Accepted{};
        },
        command);
  }
  Lines from_guest(wire::MessagePayload const& payload) {
    return passes(right, left, right_id, left_id, payload);
  }
  Lines from_host(wire::MessagePayload const& payload) {
    return passes(left, right, left_id, right_id, payload);
  }

  SessionScript left;
  SessionScript right;
  ConnectionId left_id;
  ConnectionId right_id;
};

wire::Metadata marked() {
  return {{.key = "kept", .value = std::string_view{"a"}, .flags = std::uint64_t{1} << 40U},
          {.key = "stays", .value = std::string_view{"b"}, .flags = wire::no_propagate}};
}

}  // namespace

TEST_SUITE_BEGIN("connection");

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

TEST_CASE("r[core.Y1] a cancel that crosses the response ends nothing") {
  Joined joined{in_spec()};
  joined.from_guest(schemas(args, u32_schema()));
  joined.from_guest(call(1));
  joined.from_host(schemas(response, text_schema()));
  joined.from_host(reply(1));
  CHECK(joined.from_guest(cancel(1)).empty());
}

TEST_SUITE_END();
