// C1–C5 and D1–D3: how connections and sessions come to their end.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

command::Close close_of(ConnectionId id, wire::MetadataView metadata = {}) {
  return {.connection_id = id, .metadata = metadata};
}
command::Open an_open() {
  return {.settings = {.parity = Parity::odd}, .service = "Echo", .metadata = {}};
}

}  // namespace

TEST_SUITE_BEGIN("connection");

TEST_CASE("r[core.C1] the root cannot be closed by request") {
  SessionScript script;
  CHECK(script.does(close_of(0)) == Lines{"refused: protocol error: cannot close root connection"});
  CHECK(script.session.connection(0).has_value());
}

TEST_CASE("r[core.C2] an unknown connection cannot be closed, nor one closed before") {
  SessionScript script;
  CHECK(script.does(close_of(1)) == Lines{"refused: protocol error: connection not found"});
  auto const id = script.opened_by_us();
  CHECK(script.does(close_of(id)).size() == 2);
  CHECK(script.does(close_of(id)) == Lines{"refused: protocol error: connection not found"});
}

TEST_CASE("r[core.C3] r[connection.close] a close takes the slot and tells the peer the reasons") {
  wire::Metadata const reasons{{.key = "why", .value = std::string_view{"done"}, .flags = 0}};
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    auto const id = script.opened_by_peer();
    CHECK(script.does(close_of(id, reasons)) ==
          Lines{"closed 2 by us {}", "send close 2 {why=done}"});
    CHECK_FALSE(script.session.connection(id));
    CHECK(script.does(command::SendCancel{.connection_id = id, .request_id = 1, .metadata = {}}) ==
          Lines{"refused: the connection is not active"});
  }
}

TEST_CASE("r[core.C3] what was accepted before a close goes out before it") {
  SessionScript script;
  auto const id = script.opened_by_us();
  REQUIRE(script.quietly(command::SendCall{.connection_id = id,
                                           .request_id = 1,
                                           .method_id = 7,
                                           .metadata = {},
                                           .args = {},
                                           .schemas = u32_type()}));
  CHECK(script.does(close_of(id)) == Lines{"closed 1 by us {}", "send schema 1 m7 args 1 schemas",
                                           "send call 1#1 m7 {} ", "send close 1 {}"});
}

TEST_CASE("r[core.C3] a pending open that is closed ends unresolved") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.does(an_open());
    CHECK(script.does(close_of(1)) ==
          Lines{"open_failed 1 protocol error: session closed", "send close 1 {}"});
    // The answer that crossed the close finds nobody.
    CHECK(script.hears(1, accept()).empty());
    CHECK(script.session.connection_count() == 1);
  }
}

TEST_CASE("r[core.C3] a close that cannot be sent is reported, and the slot is gone all the same") {
  SessionScript script;
  auto const id = script.opened_by_us();
  REQUIRE(script.quietly(close_of(id)));
  CHECK(script.says_next() == "closed 1 by us {}");
  CHECK(script.says_next() == "send close 1 {}");
  CHECK(script.fails_to_send() ==
        Lines{"close_failed 1 protocol error: failed to send ConnectionClose"});
  CHECK_FALSE(script.session.connection(id));
}

TEST_CASE(
    "r[core.C4] r[connection.close.semantics] a close of the peer ends the connection at once") {
  wire::Metadata const reasons{{.key = "why", .value = std::string_view{"done"}, .flags = 0}};
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    auto const id = script.opened_by_peer();
    auto const other = script.opened_by_us();
    CHECK(script.hears(id, wire::ConnectionClose{.metadata = reasons}) ==
          Lines{"closed 2 by peer {why=done}"});
    CHECK_FALSE(script.session.connection(id));
    CHECK(script.session.connection(other).has_value());
  }
}

TEST_CASE("r[core.C4] nothing more goes out on a connection that the peer has closed") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    auto const id = script.opened_by_us();
    auto const other = script.opened_by_peer();
    for (auto const on : {id, other}) {
      REQUIRE(script.quietly(
          command::SendChannel{.connection_id = on,
                               .channel_id = 1,
                               .body = command::Item{.item = to_bytes(as_bytes("x"))}}));
    }
    CHECK(script.hears(id, close()) == Lines{"not_sent channel 1#1 connection_closed",
                                             "closed 1 by peer {}", "send item 2#1 78"});
  }
}

TEST_CASE("r[core.C4] a close before our open was answered ends the open") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.does(an_open());
    CHECK(script.hears(1, close()) == Lines{"open_failed 1 protocol error: session closed"});
    CHECK_FALSE(script.session.connection(1));
  }
}

TEST_CASE("r[core.C4] a close withdraws an open that the acceptor has not decided") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.hears(2, open());
    CHECK(script.hears(2, close()) == Lines{"closed 2 by peer {}"});
    CHECK(script.does(command::Accept{.connection_id = 2}) ==
          Lines{"refused: no connection request waits under this id"});
  }
}

TEST_CASE("r[core.C4] 0.4.0 does nothing about a close of an unknown id") {
  SessionScript script{in_0_4()};
  CHECK(script.hears(2, close()).empty());
  CHECK(script.hears(99, close()).empty());
}

TEST_CASE("r[connection.open] a close of an id that was never opened is a violation") {
  SessionScript script{in_spec()};
  CHECK(script.hears(2, close()).size() == 3);
  CHECK(script.session.state() == SessionState::ended);
}

TEST_CASE("r[connection.close] a second close of the same connection is a violation") {
  SessionScript script{in_spec()};
  script.hears(2, open());
  script.does(command::Accept{.connection_id = 2});
  script.hears(2, close());
  CHECK(script.session.state() == SessionState::connected);
  script.hears(2, close());
  CHECK(script.session.state() == SessionState::ended);
}

TEST_CASE("r[connection.close] a close may cross our own close, and then the id is free") {
  SessionScript script{in_spec()};
  script.hears(2, open());
  script.does(command::Accept{.connection_id = 2});
  script.does(command::Close{.connection_id = 2});
  CHECK(script.hears(2, close()).empty());
  script.hears(2, open());
  CHECK(script.session.connection(2)->state == ConnectionState::offered);
}

TEST_CASE("r[core.C4] 0.4.0 takes a close of the root, and even a later open of id 0") {
  SessionScript script{in_0_4()};
  CHECK(script.hears(0, close()) ==
        Lines{"warning 0 received ConnectionClose for root connection", "closed 0 by peer {}"});
  CHECK(script.session.connection_count() == 0);
  CHECK(script.session.state() == SessionState::connected);
  CHECK(script.hears(0, open()).size() == 1);
  CHECK(script.session.connection(0)->state == ConnectionState::offered);
  CHECK(script.does(command::Accept{.connection_id = 0}) ==
        Lines{"opened 0 odd/64 even/64", "send accept 0 odd/64 {}"});
  CHECK(script.session.connection(0)->state == ConnectionState::active);
}

TEST_CASE("r[core.C4] such a connection with id 0 can be refused like any other") {
  SessionScript script{in_0_4()};
  script.hears(0, close());
  script.hears(0, open());
  CHECK(script.does(command::Reject{.connection_id = 0}) == Lines{"send reject 0 {}"});
  CHECK(script.session.state() == SessionState::connected);
  CHECK(script.session.connection_count() == 0);
}

TEST_CASE("r[connection.root] by the specification closing the root ends the session") {
  SessionScript script{in_spec()};
  auto const lines = script.hears(0, close());
  CHECK(lines.back().starts_with("send protocol_error 0 connection.root"));
  CHECK(last_event(lines) == "ended violation connection.root");
}

TEST_CASE("r[core.C5] 0.4.0 drops messages on a connection that is not active, without an answer") {
  SessionScript script{in_0_4()};
  auto const closed = script.opened_by_peer();
  script.hears(closed, close());
  script.does(an_open());
  for (ConnectionId const id : {ConnectionId{99}, closed, ConnectionId{1}}) {
    for (auto const& message : {call(1), reply(1), cancel(1), item(1),
                                schemas(wire::BindingDirection::args, u32_schema())}) {
      CHECK(script.hears(id, message).empty());
    }
  }
  CHECK(script.session.state() == SessionState::connected);
}

TEST_CASE("r[connection.close] by the specification a peer that closed may not go on speaking") {
  for (auto const& message : {call(1), reply(1), cancel(1), item(1),
                              schemas(wire::BindingDirection::args, u32_schema())}) {
    SessionScript script{in_spec()};
    auto const id = script.opened_by_peer();
    script.hears(id, close());
    CHECK(last_event(script.hears(id, message)) == "ended violation connection.close");
  }
}

TEST_CASE("r[connection.close] what was under way when we closed is let pass") {
  for (auto const& message : {call(1), reply(1), cancel(1), item(1), close(),
                              schemas(wire::BindingDirection::args, u32_schema())}) {
    SessionScript script{in_spec()};
    auto const id = script.opened_by_peer();
    script.does(close_of(id));
    CHECK(script.hears(id, message).empty());
    CHECK(script.session.state() == SessionState::connected);
  }
}

TEST_CASE(
    "r[connection.open] by the specification nothing is said on an id that was never opened") {
  for (auto const& message : {call(1), reply(1), cancel(1), item(1),
                              schemas(wire::BindingDirection::args, u32_schema())}) {
    SessionScript script{in_spec()};
    CHECK(last_event(script.hears(2, message)) == "ended violation connection.open");
    SessionScript pending{in_spec()};
    pending.does(an_open());
    CHECK(last_event(pending.hears(1, message)) == "ended violation connection.open");
  }
}

TEST_CASE("r[connection.open] an id that was closed may be opened again, and starts afresh") {
  SessionScript script{in_spec()};
  script.hears(2, open());
  script.does(command::Accept{.connection_id = 2});
  script.hears(2, schemas(wire::BindingDirection::args, u32_schema()));
  script.hears(2, close());
  CHECK(script.hears(2, open()).size() == 1);
  script.does(command::Accept{.connection_id = 2});
  CHECK(script.session.received_schemas(2) == nullptr);
  CHECK(script.hears(2, schemas(wire::BindingDirection::args, u32_schema())).empty());
  CHECK(script.session.state() == SessionState::connected);
}

TEST_CASE(
    "r[core.D1] r[rpc.caller.liveness.last-drop-closes-connection] the last caller closes its "
    "connection") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    auto const id = script.opened_by_us();
    CHECK(script.does(command::DropCaller{.connection_id = id}) ==
          Lines{"closed 1 by caller_drop {}", "send close 1 {}"});
    CHECK(script.does(command::DropCaller{.connection_id = id}).empty());
    CHECK(script.session.state() == SessionState::connected);
  }
}

TEST_CASE("r[core.D1] a close that nobody asked for is not reported when it cannot be sent") {
  SessionScript script;
  auto const id = script.opened_by_us();
  REQUIRE(script.quietly(command::DropCaller{.connection_id = id}));
  CHECK(script.says_next() == "closed 1 by caller_drop {}");
  CHECK(script.says_next() == "send close 1 {}");
  CHECK(script.fails_to_send() == Lines{"not_sent close 1#0 send_failed"});
}

TEST_CASE(
    "r[core.D2] r[rpc.caller.liveness.root-internal-close] dropping the root's callers sends "
    "nothing and ends a session that has no other connection") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    CHECK(script.does(command::DropCaller{.connection_id = 0}) ==
          Lines{"closed 0 by session_end {}", "ended root_released"});
  }
}

TEST_CASE(
    "r[core.D2] r[rpc.caller.liveness.root-teardown-condition] otherwise the session ends with its "
    "last virtual connection, however that goes; in 0.4.0 only by a close") {
  auto const after_release_in = [](SessionOptions const& options, auto const& prepare,
                                   auto const& finish) {
    SessionScript script{options};
    prepare(script);
    CHECK(script.does(command::DropCaller{.connection_id = 0}).empty());
    CHECK(script.session.state() == SessionState::connected);
    return last_event(finish(script)) == "ended root_released";
  };
  auto const after_release = [&](auto const& prepare, auto const& finish) {
    CHECK(after_release_in(in_spec(), prepare, finish));
    CHECK(after_release_in(in_0_4(), prepare, finish));
  };
  auto const after_rejection = [&](auto const& prepare, auto const& finish) {
    CHECK(after_release_in(in_spec(), prepare, finish));
    CHECK_FALSE(after_release_in(in_0_4(), prepare, finish));
  };
  auto const opened = [](SessionScript& script) { script.opened_by_us(); };
  auto const pending = [](SessionScript& script) { script.does(an_open()); };
  auto const offered = [](SessionScript& script) { script.hears(2, open()); };
  after_release(opened, [](SessionScript& script) { return script.hears(1, close()); });
  after_release(opened, [](SessionScript& script) { return script.does(close_of(1)); });
  after_release(opened, [](SessionScript& script) { return script.does(command::DropCaller{1}); });
  after_rejection(pending, [](SessionScript& script) { return script.hears(1, reject()); });
  after_release(pending, [](SessionScript& script) { return script.hears(1, close()); });
  after_release(pending, [](SessionScript& script) { return script.does(close_of(1)); });
  after_rejection(offered,
                  [](SessionScript& script) { return script.does(command::Reject{2, {}}); });
  after_release(offered, [](SessionScript& script) { return script.does(command::Abandon{2}); });
  after_release(offered, [](SessionScript& script) { return script.hears(2, close()); });
}

TEST_CASE("r[core.D2] in 0.4.0 a released session that a rejection left goes on until a close") {
  auto options = in_0_4();
  options.is_registered = true;
  SessionScript script{options};
  script.does(an_open());
  script.does(command::DropCaller{.connection_id = 0});
  script.hears(1, reject());
  // The loss of a conduit is no close, and neither is an open that fails with it.
  CHECK(script.loses_conduit() == Lines{"disconnected"});
  script.does(command::Resume{.outcome = as_initiator()});
  auto const id = script.opened_by_peer();
  CHECK(script.session.state() == SessionState::connected);
  CHECK(last_event(script.hears(id, close())) == "ended root_released");
}

TEST_CASE("r[core.D2] one of two virtual connections keeps a released session alive") {
  SessionScript script;
  script.opened_by_us();
  script.opened_by_peer();
  script.does(command::DropCaller{.connection_id = 0});
  CHECK(script.hears(1, close()) == Lines{"closed 1 by peer {}"});
  CHECK(last_event(script.hears(2, close())) == "ended root_released");
}

TEST_CASE("r[core.D3] a shutdown ends the session and every slot, and sends nothing") {
  SessionScript script;
  script.opened_by_peer();
  script.does(an_open());
  CHECK(script.does(command::Shutdown{}) == Lines{"closed 0 by session_end {}",
                                                  "open_failed 1 protocol error: session closed",
                                                  "closed 2 by session_end {}", "ended shutdown"});
  CHECK(script.session.connection_count() == 0);
  CHECK_FALSE(script.session.connection(2));
}

TEST_SUITE_END();
