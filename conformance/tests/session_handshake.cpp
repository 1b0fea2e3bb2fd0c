// The three payloads by which a session begins, from both sides and in both rulebooks.
#include "conformance/tests/session_script.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/message_schema.hpp"
#include "impl/session/handshake.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

HandshakeOptions of(Role role, Rulebook rulebook = Rulebook::vox_0_4) {
  HandshakeOptions options;
  options.role = role;
  options.rulebook = rulebook;
  options.settings = {.parity = role == Role::initiator ? Parity::odd : Parity::even,
                      .max_concurrent_requests = role == Role::initiator ? 10U : 20U};
  if (role == Role::acceptor) options.resume_key = resume_key(9);
  return options;
}

// Passes payloads to and fro until nobody has anything to say.
void converse(Handshake& left, Handshake& right) {
  for (bool spoke = true; spoke;) {
    spoke = false;
    for (auto [from, to] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
      while (auto const payload = from->poll()) {
        to->receive(*payload);
        spoke = true;
      }
    }
  }
}

std::string next_name(Handshake& handshake) {
  auto const payload = handshake.poll();
  if (!payload) return {};
  auto const message = wire::decode_handshake(*payload).value();
  return std::visit([](auto const& said) { return std::string{said.name}; }, message);
}

Bytes hello_with(ByteView schemas) {
  return wire::encode_handshake(wire::Hello{.message_payload_schema = schemas});
}
Bytes answer_with(ByteView schemas) {
  return wire::encode_handshake(wire::HelloYourself{.connection_settings = {.parity = Parity::even},
                                                    .message_payload_schema = schemas});
}

// Our message schemas after a change to one enum or struct.
template <class Kind, class Change>
Bytes message_schemas_with(std::string_view name, Change const& change) {
  auto schemas = schema::message_type().payload.schemas;
  for (auto& schema : schemas) {
    auto* const kind = std::get_if<Kind>(&schema.kind);
    if (kind != nullptr && kind->name == name) change(*kind);
  }
  return schema::encode(schemas);
}

// Messages that ours cannot be made of: a field that we need is not there.
Bytes incompatible_schemas() {
  return message_schemas_with<schema::Struct>(
      "Ping", [](schema::Struct& ping) { ping.fields.front().name = "other"; });
}
Bytes schemas_without_reset() {
  return message_schemas_with<schema::Enum>("ChannelBody", [](schema::Enum& body) {
    std::erase_if(body.variants, [](auto const& variant) { return variant.name == "Reset"; });
  });
}
Bytes schemas_with_one_more() {
  return message_schemas_with<schema::Enum>("MessagePayload", [](schema::Enum& payload) {
    payload.variants.push_back({.name = "Whisper", .index = 10, .payload = schema::UnitPayload{}});
  });
}
// The same variants, Ping and Pong in each other's place.
Bytes schemas_with_ping_and_pong_swapped() {
  return message_schemas_with<schema::Enum>("MessagePayload", [](schema::Enum& payload) {
    std::swap(payload.variants[8], payload.variants[9]);
  });
}

HandshakeOutcome acceptor_outcome_with(ByteView schemas) {
  Handshake acceptor{of(Role::acceptor)};
  acceptor.receive(hello_with(schemas));
  static_cast<void>(acceptor.poll());
  acceptor.receive(wire::encode_handshake(wire::LetsGo{}));
  return acceptor.outcome().value();
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[session.handshake] r[core.S1] both sides come to know the same of each other") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec}) {
    auto ours = of(Role::initiator, rulebook);
    ours.resume_key = resume_key(3);
    ours.service = "Echo";
    auto theirs = of(Role::acceptor, rulebook);
    theirs.supports_retry = false;
    Handshake initiator{ours};
    Handshake acceptor{theirs};
    converse(initiator, acceptor);
    REQUIRE(initiator.outcome());
    REQUIRE(acceptor.outcome());
    CHECK(initiator.outcome()->our_settings == acceptor.outcome()->peer_settings);
    CHECK(acceptor.outcome()->our_settings == initiator.outcome()->peer_settings);
    CHECK(initiator.outcome()->resume_key == resume_key(9));
    CHECK(acceptor.outcome()->resume_key == resume_key(9));
    CHECK(acceptor.outcome()->presented_key == resume_key(3));
    CHECK(acceptor.outcome()->peer_metadata.view().text("vox-service") == "Echo");
    CHECK(initiator.outcome()->plan == nullptr);
    CHECK_FALSE(initiator.outcome()->peer_supports_retry);
    CHECK(acceptor.outcome()->peer_supports_retry);
  }
}

TEST_CASE("r[session.handshake.cbor] the bytes are those of 0.4.0") {
  HandshakeOptions options;
  options.settings = {.parity = Parity::odd, .max_concurrent_requests = 64};
  options.message_schemas = {};
  options.service = "Echo";
  Handshake initiator{options};
  CHECK(as_text(*initiator.poll()).find("vox-service") != std::string_view::npos);
  CHECK_FALSE(initiator.poll());
  initiator.receive(answer_with({}));
  CHECK(to_hex(*initiator.poll()) == "a1664c657473476fa0");
}

TEST_CASE("r[session.handshake.protocol-schema] a Hello announces our message schemas") {
  Handshake initiator{of(Role::initiator)};
  auto const payload = to_bytes(*initiator.poll());
  auto const hello = std::get<wire::Hello>(wire::decode_handshake(payload).value());
  CHECK(equal(hello.message_payload_schema, schema::message_schemas_cbor()));
}

TEST_CASE("r[session.parity] an acceptor takes the parity that Hello leaves, whatever its own") {
  for (auto const parity : {Parity::odd, Parity::even}) {
    Handshake acceptor{of(Role::acceptor)};
    acceptor.receive(wire::encode_handshake(
        wire::Hello{.parity = parity, .connection_settings = {.parity = Parity::odd}}));
    static_cast<void>(acceptor.poll());
    acceptor.receive(wire::encode_handshake(wire::LetsGo{}));
    REQUIRE(acceptor.outcome());
    CHECK(acceptor.outcome()->our_settings.parity == opposite(parity));
    CHECK(acceptor.outcome()->our_settings.max_concurrent_requests == 20);
    CHECK(acceptor.outcome()->peer_settings.parity == Parity::odd);
  }
}

TEST_CASE("r[session.handshake] what comes out of turn is refused, by its text") {
  auto const lets_go = wire::encode_handshake(wire::LetsGo{});
  auto const sorry = wire::encode_handshake(wire::Sorry{.reason = "no"});
  Handshake no_hello{of(Role::acceptor)};
  no_hello.receive(lets_go);
  CHECK(no_hello.failure()->text() == "protocol error: handshake protocol error: expected Hello");
  Handshake sorry_first{of(Role::acceptor)};
  sorry_first.receive(sorry);
  CHECK(sorry_first.failure()->text() ==
        "protocol error: handshake protocol error: expected Hello");
  Handshake no_answer{of(Role::initiator)};
  static_cast<void>(no_answer.poll());
  no_answer.receive(lets_go);
  CHECK(no_answer.failure()->text() ==
        "protocol error: handshake protocol error: expected HelloYourself or Sorry");
  Handshake no_consent{of(Role::acceptor)};
  no_consent.receive(hello_with({}));
  static_cast<void>(no_consent.poll());
  no_consent.receive(hello_with({}));
  CHECK(no_consent.failure()->text() ==
        "protocol error: handshake protocol error: expected LetsGo or Sorry");
}

TEST_CASE("r[session.handshake.sorry] a Sorry ends the handshake on either side") {
  auto const sorry = wire::encode_handshake(wire::Sorry{.reason = "no"});
  Handshake initiator{of(Role::initiator)};
  static_cast<void>(initiator.poll());
  initiator.receive(sorry);
  CHECK(initiator.failure()->text() == "protocol error: handshake rejected: no");
  CHECK_FALSE(initiator.poll());
  Handshake acceptor{of(Role::acceptor)};
  acceptor.receive(hello_with({}));
  static_cast<void>(acceptor.poll());
  acceptor.receive(sorry);
  CHECK(acceptor.failure()->text() == "protocol error: handshake rejected: no");
  // Nothing that comes later changes it.
  acceptor.receive(wire::encode_handshake(wire::LetsGo{}));
  CHECK_FALSE(acceptor.outcome());
}

TEST_CASE("r[session.handshake.sorry] by the specification incompatible messages are answered so") {
  auto const bad = incompatible_schemas();
  Handshake initiator{of(Role::initiator, Rulebook::spec)};
  static_cast<void>(initiator.poll());
  initiator.receive(answer_with(bad));
  CHECK(next_name(initiator) == "Sorry");
  CHECK(initiator.failure()->text().starts_with(
      "protocol error: failed to build message translation plan: "));
  Handshake acceptor{of(Role::acceptor, Rulebook::spec)};
  acceptor.receive(hello_with(bad));
  CHECK(next_name(acceptor) == "Sorry");
  CHECK(acceptor.is_over());
}

TEST_CASE(
    "r[session.handshake.protocol-schema] an empty list describes no message; 0.4.0 takes it for "
    "its own") {
  constexpr std::byte empty_list[] = {std::byte{0x80}};
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    bool const is_refused = rulebook == Rulebook::spec;
    Handshake initiator{of(Role::initiator, rulebook)};
    static_cast<void>(initiator.poll());
    initiator.receive(answer_with(empty_list));
    CHECK(next_name(initiator) == (is_refused ? "Sorry" : "LetsGo"));
    Handshake acceptor{of(Role::acceptor, rulebook)};
    acceptor.receive(hello_with(empty_list));
    CHECK(next_name(acceptor) == (is_refused ? "Sorry" : "HelloYourself"));
  }
}

TEST_CASE("r[session.parity] an acceptor that takes the initiator's parity is refused") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Handshake initiator{of(Role::initiator, rulebook)};
    static_cast<void>(initiator.poll());
    initiator.receive(wire::encode_handshake(
        wire::HelloYourself{.connection_settings = {.parity = Parity::odd},
                            .message_payload_schema = schema::message_schemas_cbor()}));
    CHECK(next_name(initiator) == (rulebook == Rulebook::spec ? "Sorry" : "LetsGo"));
  }
}

TEST_CASE("r[session.handshake.cbor] a hello may be any well-formed CBOR") {
  // The outer map, without its length.
  auto hello = hello_with(schema::message_schemas_cbor());
  REQUIRE(hello.front() == std::byte{0xA1});
  hello.front() = std::byte{0xBF};
  hello.push_back(std::byte{0xFF});
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Handshake acceptor{of(Role::acceptor, rulebook)};
    acceptor.receive(hello);
    CHECK(next_name(acceptor) == (rulebook == Rulebook::spec ? "HelloYourself" : ""));
  }
}

TEST_CASE("r[session.handshake] 0.4.0 agrees first, and then drops the link without a word") {
  auto const bad = incompatible_schemas();
  Handshake initiator{of(Role::initiator)};
  static_cast<void>(initiator.poll());
  initiator.receive(answer_with(bad));
  CHECK(next_name(initiator) == "LetsGo");
  CHECK(next_name(initiator).empty());
  CHECK(initiator.failure()->text().starts_with(
      "protocol error: failed to build message translation plan: "));
  Handshake acceptor{of(Role::acceptor)};
  acceptor.receive(hello_with(bad));
  CHECK(next_name(acceptor) == "HelloYourself");
  CHECK_FALSE(acceptor.is_over());
  acceptor.receive(wire::encode_handshake(wire::LetsGo{}));
  CHECK(acceptor.failure()->text().starts_with(
      "protocol error: failed to build message translation plan: "));
}

TEST_CASE(
    "r[session.handshake.protocol-schema] an 0.4.0 initiator that recovers ignores the schemas") {
  auto options = of(Role::initiator);
  options.is_recovery = true;
  SUBCASE("as long as they are schemas") {
    Handshake initiator{options};
    static_cast<void>(initiator.poll());
    initiator.receive(answer_with(incompatible_schemas()));
    CHECK(next_name(initiator) == "LetsGo");
    REQUIRE(initiator.outcome());
    CHECK(initiator.outcome()->plan == nullptr);
  }
  SUBCASE("which other CBOR is not") {
    Handshake initiator{options};
    static_cast<void>(initiator.poll());
    constexpr std::byte no_schema[] = {std::byte{0x81}, std::byte{0x01}};
    initiator.receive(answer_with(no_schema));
    CHECK(initiator.failure());
  }
  SUBCASE("and by the specification it does not") {
    options.rulebook = Rulebook::spec;
    Handshake initiator{options};
    static_cast<void>(initiator.poll());
    initiator.receive(answer_with(incompatible_schemas()));
    CHECK(next_name(initiator) == "Sorry");
  }
}

TEST_CASE(
    "r[session.handshake.protocol-schema] by the specification a peer knows every variant "
    "that we may send") {
  auto const without_reset = schemas_without_reset();
  Handshake strict{of(Role::acceptor, Rulebook::spec)};
  strict.receive(hello_with(without_reset));
  CHECK(next_name(strict) == "Sorry");
  CHECK(strict.failure()->detail == "the peer's messages have no variant ChannelBody::Reset");
  Handshake shipped{of(Role::acceptor)};
  shipped.receive(hello_with(without_reset));
  CHECK(next_name(shipped) == "HelloYourself");
}

TEST_CASE("r[session.handshake.protocol-schema] a variant more than we know is no obstacle") {
  auto const one_more = schemas_with_one_more();
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec}) {
    Handshake acceptor{of(Role::acceptor, rulebook)};
    acceptor.receive(hello_with(one_more));
    CHECK(next_name(acceptor) == "HelloYourself");
    acceptor.receive(wire::encode_handshake(wire::LetsGo{}));
    CHECK(acceptor.outcome().has_value());
  }
  // Only when it comes is it more than we can read.
  auto outcome = acceptor_outcome_with(one_more);
  outcome.peer_metadata = as_acceptor().peer_metadata;
  SessionScript script{in_spec(), outcome};
  CHECK(script.hears(0, wire::Ping{.nonce = 5}) == Lines{"send pong 0 n5"});
  CHECK(last_event(script.hears(from_hex("000a").value())).starts_with("ended violation"));
}

TEST_CASE("r[session.handshake.protocol-schema] messages are read by the peer's own schema") {
  auto outcome = acceptor_outcome_with(schemas_with_ping_and_pong_swapped());
  REQUIRE(outcome.plan != nullptr);
  outcome.peer_metadata = as_acceptor().peer_metadata;
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options, outcome};
    CHECK(script.hears(from_hex("000905").value()) == Lines{"send pong 0 n5"});
    CHECK(script.hears(from_hex("000805").value()).empty());
    CHECK(script.hears(0, cancel(1)) == Lines{"cancel 0#1 {}"});
  }
}

TEST_CASE("r[session.handshake] undecodable payloads and schemas end it, and are not answered") {
  for (ByteView const bytes : {as_bytes(""), as_bytes("\xff"), as_bytes("\xa0")}) {
    Handshake acceptor{of(Role::acceptor)};
    acceptor.receive(bytes);
    CHECK(acceptor.failure()->text().starts_with("protocol error: handshake decode error: "));
    CHECK_FALSE(acceptor.poll());
  }
  Bytes const no_schemas{std::byte{0x81}, std::byte{0xa0}};  // a list of one empty map
  Handshake acceptor{of(Role::acceptor)};
  acceptor.receive(hello_with(no_schemas));
  CHECK(acceptor.failure()->text().starts_with("protocol error: handshake decode error: "));
  CHECK_FALSE(acceptor.poll());
  Handshake initiator{of(Role::initiator)};
  static_cast<void>(initiator.poll());
  initiator.receive(answer_with(no_schemas));
  CHECK(initiator.is_over());
  CHECK_FALSE(initiator.poll());
}

TEST_CASE("r[session.handshake] a link that ends in between ends the handshake") {
  Handshake closed{of(Role::initiator)};
  closed.lose_link("");
  CHECK(closed.failure()->text() == "protocol error: peer closed during handshake");
  CHECK_FALSE(closed.failure()->retryable());
  Handshake broken{of(Role::initiator)};
  broken.lose_link("reset by peer");
  CHECK(broken.failure()->text() == "io error: reset by peer");
  CHECK(broken.failure()->retryable());
}

TEST_CASE("r[session.handshake.resume] an acceptor that waits for one session refuses other keys") {
  auto options = of(Role::acceptor);
  options.expected_key = resume_key(3);
  for (auto const& presented : {std::optional<ResumeKey>{}, std::optional{resume_key(4)}}) {
    Handshake acceptor{options};
    acceptor.receive(wire::encode_handshake(wire::Hello{.resume_key = presented}));
    CHECK(next_name(acceptor) == "Sorry");
    CHECK(acceptor.failure()->detail == "handshake protocol error: session resume key mismatch");
  }
  Handshake acceptor{options};
  acceptor.receive(wire::encode_handshake(wire::Hello{.resume_key = resume_key(3)}));
  CHECK(next_name(acceptor) == "HelloYourself");
}

TEST_CASE(
    "r[core.B1] on a recovered conduit an 0.4.0 initiator reads as if the peer wrote our way") {
  auto outcome = acceptor_outcome_with(schemas_with_ping_and_pong_swapped());
  outcome.role = Role::initiator;
  outcome.peer_metadata = as_acceptor().peer_metadata;
  for (bool const spec : {false, true}) {
    auto options = spec ? in_spec() : in_0_4();
    options.has_recoverer = true;
    SessionScript script{options, outcome};
    script.loses_conduit();
    script.happens(input::Recovered{.outcome = outcome});
    CHECK(script.hears(from_hex("000805").value()) == (spec ? Lines{} : Lines{"send pong 0 n5"}));
  }
}

TEST_SUITE_END();
