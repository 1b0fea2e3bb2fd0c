// P1–P6: what comes in on connections that are there.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.P1] r[session.keepalive] a ping is answered by a pong with its nonce") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    CHECK(script.hears(0, wire::Ping{.nonce = 300}) == Lines{"send pong 0 n300"});
    CHECK(script.hears(0, wire::Ping{.nonce = ~std::uint64_t{0}}) ==
          Lines{"send pong 0 n18446744073709551615"});
  }
}

TEST_CASE("r[core.P1] 0.4.0 answers on whatever id the ping came") {
  SessionScript script{in_0_4()};
  CHECK(script.hears(7, wire::Ping{.nonce = 1}) == Lines{"send pong 7 n1"});
}

TEST_CASE(
    "r[session.message.connection-id] by the specification pings and pongs stay on the root") {
  for (wire::MessagePayload const& message : {wire::MessagePayload{wire::Ping{.nonce = 1}},
                                              wire::MessagePayload{wire::Pong{.nonce = 1}}}) {
    SessionScript script{in_spec()};
    auto const id = script.opened_by_peer();
    CHECK(last_event(script.hears(id, message)) == "ended violation session.message.connection-id");
  }
}

TEST_CASE("r[core.P2] a pong elsewhere than on the root does not feed the keepalive") {
  auto options = in_0_4();
  options.keepalive = {std::chrono::milliseconds{100}, std::chrono::milliseconds{50}};
  SessionScript script{options};
  auto const id = script.opened_by_peer();
  CHECK(script.at(100) == Lines{"send ping 0 n1"});
  script.hears(id, wire::Pong{.nonce = 1});
  CHECK(last_event(script.at(150)) == "ended peer_silent");
  SessionScript fed{options};
  fed.at(100);
  fed.hears(0, wire::Pong{.nonce = 1});
  CHECK(fed.at(150).empty());
}

TEST_CASE("r[core.P3] schemas of an active connection are remembered for method and direction") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    auto const id = script.opened_by_peer();
    CHECK(script.session.received_schemas(id) == nullptr);
    CHECK(script.hears(id, schemas(response, u32_schema())).empty());
    REQUIRE(script.session.received_schemas(id) != nullptr);
    CHECK(script.session.received_schemas(id)->root({7, response}) != nullptr);
    CHECK(script.session.received_schemas(id)->root({7, args}) == nullptr);
    CHECK(script.session.received_schemas(root_connection) == nullptr);
  }
}

TEST_CASE("r[core.P3] 0.4.0 drops the connection of bad or repeated schemas and tells nobody") {
  for (ByteView const bad : {as_bytes("\xff"), as_bytes("")}) {
    SessionScript script{in_0_4()};
    auto const id = script.opened_by_peer();
    auto const lines = script.hears(id, schemas(args, bad));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with("warning 2 standalone schema message: invalid schema CBOR: "));
    CHECK(lines[1] == "closed 2 by bad_message {}");
  }
  SessionScript script{in_0_4()};
  auto const id = script.opened_by_peer();
  script.hears(id, schemas(args, u32_schema()));
  CHECK(script.hears(id, schemas(args, u32_schema())).back() == "closed 2 by bad_message {}");
  CHECK(script.session.state() == SessionState::connected);
  CHECK(script.hears(id, cancel(1)).empty());
}

TEST_CASE("r[core.P3] dropping a connection for its schemas can be the end of a released session") {
  SessionScript script{in_0_4()};
  auto const id = script.opened_by_peer();
  script.does(command::DropCaller{.connection_id = 0});
  CHECK(last_event(script.hears(id, schemas(args, {}))) == "ended root_released");
}

TEST_CASE("r[schema.format.delivery] by the specification a repeated schema ends the session") {
  SessionScript script{in_spec()};
  script.hears(0, schemas(args, u32_schema()));
  auto const lines = script.hears(0, schemas(response, u32_schema()));
  CHECK(lines.back().starts_with("send protocol_error 0 schema."));
  CHECK(last_event(lines).starts_with("ended violation schema."));
}

TEST_CASE("r[schema.type-id.per-connection] the same schema may come on each connection") {
  SessionScript script{in_spec()};
  auto const id = script.opened_by_peer();
  CHECK(script.hears(0, schemas(args, u32_schema())).empty());
  CHECK(script.hears(id, schemas(args, u32_schema())).empty());
}

TEST_CASE("r[core.P4] requests go to the application with all that they carry") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    auto script = announced(options);
    CHECK(script.hears(0, call(2)) == Lines{"call 0#2 m7 {} 61"});
    CHECK(script.hears(0, cancel(2)) == Lines{"cancel 0#2 {}"});
    CHECK(script.session.connection(0)->requests_from_peer == 1);
    script.does(our_call(1));
    script.hears(0, schemas(response, text_schema()));
    CHECK(script.hears(0, reply(1)) == Lines{"response 0#1 {} 72 for m7"});
    CHECK(script.session.connection(0)->requests_from_us == 0);
  }
}

TEST_CASE("r[core.P4] schemas inlined in a call bind its arguments") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    CHECK(script.hears(0, call(2, 9, u32_schema())).size() == 1);
    CHECK(script.session.received_schemas(0)->root({9, args}) != nullptr);
    CHECK(script.hears(0, call(4, 9)).size() == 1);
  }
}

TEST_CASE("r[core.P4] schemas inlined in a response bind the method of our request") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.does(our_call(1));
    CHECK(script.hears(0, reply(1, u32_schema())).size() == 1);
    CHECK(script.session.received_schemas(0)->root({7, response}) != nullptr);
  }
}

TEST_CASE("r[core.P4] inlined schemas in a response that nobody asked for drop the connection") {
  SessionScript script{in_0_4()};
  auto const id = script.opened_by_peer();
  CHECK(script.hears(id, reply(5, u32_schema())) ==
        Lines{"warning 2 response schemas for unknown inflight request RequestId(5)",
              "closed 2 by bad_message {}"});
}

TEST_CASE("r[core.P4] 0.4.0 passes on a plain response that nobody asked for") {
  SessionScript script{in_0_4()};
  CHECK(script.hears(0, reply(5)) == Lines{"response 0#5 {} 72"});
}

TEST_CASE("r[core.P4] bad inlined schemas drop the connection") {
  SessionScript script{in_0_4()};
  auto const id = script.opened_by_peer();
  auto const lines = script.hears(id, call(1, 7, as_bytes("\xff")));
  CHECK(lines.front().starts_with("warning 2 inlined request schemas: "));
  CHECK(lines.back() == "closed 2 by bad_message {}");
}

TEST_CASE("r[core.P4] the method of a call is known until it is answered") {
  SessionScript script{in_0_4()};
  script.hears(0, call(2));
  CHECK(script.session.unanswered_method(0, 2) == 7);
  script.hears(0, call(2, 8));
  CHECK(script.session.unanswered_method(0, 2) == 8);
  script.does(our_response(2));
  CHECK_FALSE(script.session.unanswered_method(0, 2));
}

TEST_CASE("r[core.P5] channel messages go to the application") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    CHECK(script.hears(0, item(3)) == Lines{"item 0#3 69"});
    CHECK(script.hears(0, wire::ChannelMessage{3, wire::GrantCredit{8}}) == Lines{"grant 0#3 8"});
    CHECK(script.hears(0, wire::ChannelMessage{3, wire::Close{}}) == Lines{"close_channel 0#3 {}"});
    CHECK(script.hears(0, wire::ChannelMessage{3, wire::Reset{}}) == Lines{"reset 0#3 {}"});
  }
}

TEST_CASE("r[core.P5] a message for a connection that nobody reads ends that connection") {
  for (auto const& message : {item(3), cancel(1)}) {
    SessionScript script{in_0_4()};
    auto const id = script.opened_by_peer();
    CHECK(script.does(command::DropDriver{.connection_id = id}).empty());
    CHECK(script.hears(id, message) == Lines{"closed 2 by driver_drop {}"});
    CHECK(script.hears(id, message).empty());
  }
  SessionScript spec{in_spec()};
  auto const id = spec.opened_by_peer();
  spec.does(command::DropDriver{.connection_id = id});
  CHECK(spec.hears(id, item(3)) == Lines{"closed 2 by driver_drop {}", "send close 2 {}"});
}

TEST_CASE("r[core.P6] 0.4.0 drops a protocol error of its peer") {
  SessionScript script{in_0_4()};
  CHECK(script.hears(0, wire::ProtocolError{.description = "bad"}).empty());
  CHECK(script.hears(9, wire::ProtocolError{.description = "bad"}).empty());
  CHECK(script.session.state() == SessionState::connected);
}

TEST_CASE("r[session.protocol-error] by the specification it tears the session down, unanswered") {
  SessionScript script{in_spec()};
  CHECK(script.hears(0, wire::ProtocolError{.description = "bad"}) ==
        Lines{"closed 0 by session_end {}", "ended accused"});
  SessionScript elsewhere{in_spec()};
  CHECK(last_event(elsewhere.hears(2, wire::ProtocolError{.description = "bad"})) ==
        "ended violation session.protocol-error");
}

TEST_CASE(
    "r[session.message] an undecodable payload is a violation in one rulebook and a broken "
    "conduit in the other") {
  for (auto const* bytes : {"", "00", "000a", "00050103"}) {
    SessionScript spec{in_spec()};
    auto const lines = spec.hears(from_hex(bytes).value());
    CHECK(lines.back().starts_with("send protocol_error 0 "));
    CHECK(last_event(lines).starts_with("ended violation "));
    SessionScript shipped{in_0_4()};
    CHECK(last_event(shipped.hears(from_hex(bytes).value())) == "ended conduit_lost");
    auto options = in_0_4();
    options.has_recoverer = true;
    SessionScript recovering{options};
    CHECK(recovering.hears(from_hex(bytes).value()).back().starts_with("conduit_wanted"));
  }
}

TEST_SUITE_END();
