// X1–X4: the order in which messages leave, and the schemas that go before them.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

namespace {

command::SendCall our_call(RequestId id, SharedSchemas type, MethodId method = 7,
                           ConnectionId connection = 0) {
  return {.connection_id = connection,
          .request_id = id,
          .method_id = method,
          .metadata = {},
          .args = to_bytes(as_bytes("a")),
          .schemas = std::move(type)};
}
command::SendResponse our_response(RequestId id, SharedSchemas type) {
  return {.connection_id = 0,
          .request_id = id,
          .metadata = {},
          .ret = to_bytes(as_bytes("r")),
          .schemas = std::move(type)};
}
command::SendChannel an_item(ChannelId id) {
  return {
      .connection_id = 0, .channel_id = id, .body = command::Item{.item = to_bytes(as_bytes("x"))}};
}

}  // namespace

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[core.X1] messages leave in the order in which they were asked for") {
  SessionScript script;
  REQUIRE(script.quietly(an_item(1)));
  REQUIRE(script.quietly(our_call(1, u32_type())));
  script.quietly(input::Received{Backing{wire::encode_message({0, wire::Ping{5}})}});
  CHECK(script.does(an_item(3)) == Lines{"send item 0#1 78", "send schema 0 m7 args 1 schemas",
                                         "send call 0#1 m7 {} 61", "send pong 0 n5",
                                         "send item 0#3 78"});
}

TEST_CASE("r[core.X1] the queue is 256 deep, and a command that finds it full changes nothing") {
  SessionScript script;
  for (ChannelId id = 0; id < 256; ++id)
    REQUIRE(script.quietly(an_item(id)));
  CHECK_FALSE(script.session.can_send());
  Command const more[] = {an_item(256), our_call(1, u32_type()),
                          command::Open{.settings = {}, .service = "Kv", .metadata = {}}};
  for (auto const& command : more) {
    auto const answer = script.quietly(command);
    REQUIRE_FALSE(answer);
    CHECK(*answer.error().misuse() == Misuse::queue_full);
  }
  CHECK(script.session.connection_count() == 1);
  CHECK(script.says().size() == 256);
  CHECK(script.session.can_send());
  CHECK(script.does(command::Open{.settings = {}, .service = "Kv", .metadata = {}}) ==
        Lines{"send open 1 odd/64 {vox-service=Kv}"});
}

TEST_CASE(
    "r[core.X1] r[core.C3] a full queue gates neither reading nor answers, cancels and closes") {
  SessionScript script;
  auto const id = script.opened_by_us();
  for (ChannelId channel = 0; channel < 256; ++channel)
    REQUIRE(script.quietly(an_item(channel)));
  CHECK(script.session.can_receive());
  CHECK(script.quietly(our_response(2, u32_type())));
  CHECK(script.quietly(command::SendCancel{0, 1, {}}));
  CHECK(script.quietly(command::Close{.connection_id = id}));
}

TEST_CASE("r[core.X1] what waits is counted in bytes, too, until it is written") {
  auto options = in_0_4();
  options.limits.wanted_bytes_max = 10;
  SessionScript script{options};
  auto item = an_item(1);
  item.body = command::Item{.item = Bytes(100)};
  // One message is taken whatever its size.
  REQUIRE(script.quietly(item));
  CHECK_FALSE(script.quietly(an_item(3)));
  static_cast<void>(script.says_next());
  CHECK_FALSE(script.session.can_send());
  script.writes();
  CHECK(script.session.can_send());
}

TEST_CASE("r[core.X1] the depth of the queue can be configured") {
  auto options = in_0_4();
  options.limits.wanted_messages_max = 2;
  SessionScript script{options};
  REQUIRE(script.quietly(an_item(1)));
  REQUIRE(script.quietly(an_item(2)));
  CHECK_FALSE(script.quietly(an_item(3)));
}

TEST_CASE("r[core.X1] if the schemas cannot be sent, what they are for is not sent either") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1, u32_type())));
  REQUIRE(script.quietly(an_item(3)));
  CHECK(script.says_next() == "send schema 0 m7 args 1 schemas");
  CHECK(script.fails_to_send() == Lines{"not_sent call 0#1 send_failed", "send item 0#3 78"});
  CHECK(script.session.connection(0)->requests_from_us == 0);
  // Nothing counts as announced.
  CHECK(script.does(our_call(3, u32_type())).front() == "send schema 0 m7 args 1 schemas");
}

TEST_CASE("r[core.X1] an announcement that fails after the end keeps back what it was for, too") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1, u32_type())));
  REQUIRE(script.quietly(an_item(3)));
  REQUIRE(script.quietly(command::Shutdown{}));
  CHECK(script.says_next() == "closed 0 by session_end {}");
  CHECK(script.says_next() == "ended shutdown");
  CHECK(script.says_next() == "send schema 0 m7 args 1 schemas");
  CHECK(script.fails_to_send() == Lines{"send item 0#3 78"});
  CHECK_FALSE(script.session.has_announced(0, {7, args}));
}

TEST_CASE("r[core.X1] an announcement that fails behind what depends on it ends the conduit") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1, u32_type())));
  wire::Buffer buffer;
  auto const announcement = script.session.poll_transmit(buffer);
  auto const call = script.session.poll_transmit(buffer);
  REQUIRE(call->receipt.kind == SendKind::call);
  CHECK(script.happens(input::SendFailed{.token = announcement->token, .error = "no"}) ==
        Lines{"not_sent call 0#1 unconfirmed", "closed 0 by session_end {}", "ended conduit_lost"});
}

TEST_CASE("r[core.X2] a binding that is on its way is not announced twice, nor a type of it") {
  SessionScript script;
  wire::Buffer buffer;
  auto const kinds = [&] {
    std::vector<SendKind> sent;
    while (auto const transmit = script.session.poll_transmit(buffer))
      sent.push_back(transmit->receipt.kind);
    return sent;
  };
  REQUIRE(script.quietly(our_call(1, u32_type())));
  CHECK(kinds() == std::vector{SendKind::schema, SendKind::call});
  // Nothing is reported as written yet.
  REQUIRE(script.quietly(our_call(3, u32_type())));
  CHECK(kinds() == std::vector{SendKind::call});
  REQUIRE(script.quietly(our_call(5, u32_type(), 8)));
  CHECK(script.says() == Lines{"send schema 0 m8 args 0 schemas", "send call 0#5 m8 {} 61"});
}

TEST_CASE("r[core.X1] if the payload cannot be sent, the schemas have gone all the same") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1, u32_type())));
  static_cast<void>(script.says_next());
  CHECK(script.says_next() == "send call 0#1 m7 {} 61");
  CHECK(script.fails_to_send() == Lines{"not_sent call 0#1 send_failed"});
  CHECK(script.does(our_call(3, u32_type())) == Lines{"send call 0#3 m7 {} 61"});
}

TEST_CASE(
    "r[core.X2] r[schema.exchange.caller] the first call of a method is preceded by its schemas") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    CHECK(script.does(our_call(1, u32_type())) ==
          Lines{"send schema 0 m7 args 1 schemas", "send call 0#1 m7 {} 61"});
    CHECK(script.does(our_call(3, u32_type())) == Lines{"send call 0#3 m7 {} 61"});
  }
}

TEST_CASE("r[core.X2] r[schema.exchange.callee] the first response of a method likewise") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.hears(0, schemas(args, u32_schema()));
    script.hears(0, call(2));
    script.hears(0, call(4));
    CHECK(script.does(our_response(2, text_type())) ==
          Lines{"send schema 0 m7 response 1 schemas", "send response 0#2 {} 72"});
    CHECK(script.does(our_response(4, text_type())) == Lines{"send response 0#4 {} 72"});
  }
}

TEST_CASE(
    "r[core.X2] r[schema.tracking.bindings] a type known by another method is bound without "
    "its schemas") {
  SessionScript script;
  script.does(our_call(1, u32_type(), 7));
  CHECK(script.does(our_call(3, u32_type(), 8)) ==
        Lines{"send schema 0 m8 args 0 schemas", "send call 0#3 m8 {} 61"});
}

TEST_CASE("r[core.X2] r[schema.type-id.per-connection] every connection is told anew") {
  SessionScript script;
  auto const id = script.opened_by_us();
  script.does(our_call(1, u32_type()));
  CHECK(script.does(our_call(1, u32_type(), 7, id)) ==
        Lines{"send schema 1 m7 args 1 schemas", "send call 1#1 m7 {} 61"});
}

TEST_CASE("r[core.X2] two first calls that wait together announce once") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1, u32_type())));
  REQUIRE(script.quietly(our_call(3, u32_type())));
  CHECK(script.says() == Lines{"send schema 0 m7 args 1 schemas", "send call 0#1 m7 {} 61",
                               "send call 0#3 m7 {} 61"});
}

TEST_CASE("r[core.X2] what was written counts as sent, what waits or is on its way does not") {
  SessionScript script;
  REQUIRE(script.quietly(our_call(1, u32_type())));
  CHECK_FALSE(script.session.has_announced(0, {7, args}));
  CHECK(script.says_next() == "send schema 0 m7 args 1 schemas");
  CHECK_FALSE(script.session.has_announced(0, {7, args}));
  script.says();
  CHECK(script.session.has_announced(0, {7, args}));
  CHECK_FALSE(script.session.has_announced(0, {7, response}));
}

TEST_CASE("r[core.X2] after a resume everything is announced again") {
  auto options = in_0_4();
  options.is_registered = true;
  SessionScript script{options};
  script.does(our_call(1, u32_type()));
  script.loses_conduit();
  script.does(command::Resume{.outcome = as_initiator()});
  CHECK(script.does(our_call(1, u32_type())).front() == "send schema 0 m7 args 1 schemas");
}

TEST_CASE("r[core.X2] 0.4.0 remembers what it sent on an id that is opened again") {
  auto const reopened = [](SessionOptions options) {
    SessionScript script{std::move(options)};
    script.hears(2, open());
    script.does(command::Accept{2});
    script.does(our_call(1, u32_type(), 7, 2));
    script.hears(2, close());
    script.hears(2, open());
    script.does(command::Accept{2});
    return script.does(our_call(1, u32_type(), 7, 2)).size();
  };
  CHECK(reopened(in_0_4()) == 1);
  CHECK(reopened(in_spec()) == 2);
}

TEST_CASE("r[core.X3] schemas never travel inside a call or response") {
  SessionScript script{in_0_4()};
  script.hears(0, schemas(args, u32_schema()));
  script.hears(0, call(2));
  for (auto const& line : script.does(our_call(1, u32_type()))) {
    CHECK(line.find("inline") == std::string::npos);
  }
  for (auto const& line : script.does(our_response(2, u32_type()))) {
    CHECK(line.find("inline") == std::string::npos);
  }
}

TEST_CASE("r[core.X4] without schemas 0.4.0 sends the data bare and logs an error") {
  SessionScript script{in_0_4()};
  CHECK(script.does(our_call(1, nullptr)) ==
        Lines{"warning 0 schema attachment failed: missing forwarded args schemas for method 7",
              "send call 0#1 m7 {} 61"});
  script.hears(0, call(2));
  CHECK(script.does(our_response(2, nullptr)).back() == "send response 0#2 {} 72");
}

TEST_CASE("r[schema.exchange.required] by the specification nothing is sent without its schemas") {
  SessionScript script{in_spec()};
  CHECK(script.does(our_call(1, nullptr)) ==
        Lines{"refused: the schemas of this method have not been sent yet and none were given"});
  script.does(our_call(1, u32_type()));
  CHECK(script.does(our_call(3, nullptr)) == Lines{"send call 0#3 m7 {} 61"});
}

TEST_CASE("r[core.X2] 0.4.0 sends a response to an unknown request without schemas") {
  SessionScript script{in_0_4()};
  CHECK(script.does(our_response(2, u32_type())) == Lines{"send response 0#2 {} 72"});
}

TEST_SUITE_END();
