#include "conformance/peer/link_codec.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/match.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/typed_value.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace voxspec;

namespace {

std::expected<Frame, std::string> frame_sent(LinkCodec& codec, std::string_view item) {
  auto const json = Json::parse(item);
  return codec.encode(fill(read_template({json, {}}), {}, IdSpace{}).value());
}

std::string sent(LinkCodec& codec, std::string_view item) {
  auto const encoded = frame_sent(codec, item);
  return encoded ? vox::to_hex(encoded->bytes) : "error: " + encoded.error();
}

vox::Result<Frame> received(LinkCodec& codec, std::string_view hex) {
  return codec.decode(vox::from_hex(hex).value());
}

std::size_t schemas_in(Frame const& schema) {
  return schema.field("schemas")->get<Record>()->find("schemas")->get<ValueList>()->size();
}

constexpr std::string_view lets_go = "a1664c657473476fa0";

void establish(LinkCodec& codec, int mode) {
  (void)sent(codec, R"({"transport_hello": {"mode": )" + std::to_string(mode) + "}}");
  CHECK(received(codec, mode == 0 ? "564f544109000000" : "564f544109010000"));
  CHECK(codec.layer() == Layer::handshake);
  (void)sent(codec, R"({"hello": {}})");
  CHECK(codec.layer() == Layer::handshake);
  CHECK(sent(codec, R"({"lets_go": {}})") == lets_go);
}

// The schemas of echo_point's result as a peer announces them whose Point has y before x.
std::string announced_with_reversed_points() {
  auto payload = method_schemas("echo_point", "response").value();
  for (auto& schema : *payload["schemas"].get<ValueList>()) {
    auto& kind = *(*schema.get<Record>())["kind"].get<Record>();
    auto* const fields = kind.find("fields");
    if (fields != nullptr) std::ranges::reverse(*fields->get<ValueList>());
  }
  auto const frame = message_frame("schema", 0,
                                   {{{"method_id", method_id("echo_point")},
                                     {"direction", "response"},
                                     {"schemas", std::move(payload)}}});
  return vox::to_hex(encode(frame).value());
}

}  // namespace

TEST_CASE("r[transport.prologue.post-accept] after the accept comes the handshake, then messages") {
  LinkCodec codec;
  CHECK(codec.layer() == Layer::prologue);
  establish(codec, 0);
  CHECK(codec.layer() == Layer::message);
  CHECK(sent(codec, R"({"ping": {"nonce": 5}})") == "000805");
  CHECK(received(codec, "000905").value().number("nonce") == 5);
}

TEST_CASE("bytes that are what is due move the conversation on like frames do") {
  LinkCodec codec;
  establish(codec, 0);
  LinkCodec raw;
  (void)received(raw, "564f544809000000");
  auto const accept = frame_sent(raw, R"({"frame": "564f544109000000"})").value();
  CHECK(vox::to_hex(accept.bytes) == "564f544109000000");
  CHECK(raw.layer() == Layer::handshake);
  CHECK(accept.is("transport_accept"));
  CHECK(sent(raw, R"({"frame": "ff"})") == "ff");
  CHECK(raw.layer() == Layer::handshake);
  CHECK(sent(raw, R"({"bytes": "a1664c657473476fa0"})") == lets_go);
  CHECK(raw.layer() == Layer::handshake);  // raw bytes are no payload
}

TEST_CASE("r[stable.framing] a stable conduit numbers what we send and acknowledges what came") {
  LinkCodec codec;
  establish(codec, 1);
  CHECK(codec.layer() == Layer::stable_hello);
  (void)sent(codec, R"({"client_hello": {}})");
  CHECK(received(codec, "564f5348 00 00000000000000000000000000000000 00000000"));
  CHECK(codec.layer() == Layer::stable);
  CHECK(sent(codec, R"({"ping": {"nonce": 5}})") == "000003000000000805");
  auto const pong = received(codec, "00010003000000000905");
  CHECK(pong.value().is("pong"));
  CHECK(pong->number("nonce") == 5);
  auto const second = frame_sent(codec, R"({"ping": {"nonce": 6}})").value();
  CHECK(vox::to_hex(second.bytes) == "01010003000000000806");
  CHECK(second.body.find("seq")->number() == 1);
  CHECK(sent(codec, R"({"stable_frame": {"seq": 7, "message": {"ping": {}}}})") ==
        "070003000000000800");
  CHECK(sent(codec, R"({"ping": {"nonce": 6}})").starts_with("080100"));
}

TEST_CASE(
    "r[stable.reconnect] a stable conduit that is resumed over another link goes on counting") {
  auto const established = [](LinkCodec& codec, std::string_view client_hello, bool rejected) {
    establish(codec, 1);
    (void)sent(codec, client_hello);
    CHECK(received(codec, rejected ? "564f5348 01 00000000000000000000000000000000 00000000"
                                   : "564f5348 00 00000000000000000000000000000000 00000000"));
  };
  constexpr std::string_view anew = R"({"client_hello": {}})";
  constexpr std::string_view again =
      R"({"client_hello": {"resume_key": {"hex": "000102030405060708090a0b0c0d0e0f"}}})";
  LinkCodec first;
  established(first, anew, false);
  CHECK(sent(first, R"({"ping": {"nonce": 5}})") == "000003000000000805");
  CHECK(received(first, "04010003000000000905"));
  auto const first_ping = [&](std::string_view hello, bool rejected) {
    LinkCodec second;
    second.go_on_from(first);
    established(second, hello, rejected);
    return sent(second, R"({"ping": {"nonce": 5}})");
  };
  CHECK(first_ping(again, false) == "01010403000000000805");
  CHECK(first_ping(again, true) == "000003000000000805");
  CHECK(first_ping(anew, false) == "000003000000000805");

  // What goes out ahead of the answer to our hello counts, too.
  LinkCodec eager;
  eager.go_on_from(first);
  establish(eager, 1);
  (void)sent(eager, again);
  CHECK(
      sent(eager, R"({"stable_frame": {"seq": 3, "message": {"ping": {}}}})").starts_with("0300"));
  CHECK(received(eager, "564f5348 00 00000000000000000000000000000000 00000000"));
  CHECK(sent(eager, R"({"ping": {"nonce": 5}})") == "04010403000000000805");
}

TEST_CASE("a payload that does not decode leaves the layer as it was") {
  LinkCodec codec;
  CHECK_FALSE(received(codec, "00"));
  CHECK(codec.layer() == Layer::prologue);
}

TEST_CASE("r[schema.principles.once-per-type] a ledger sends what a connection does not have yet") {
  SchemaLedger ledger;
  auto const echo = ledger.announce(0, "echo", "args").value();
  REQUIRE(echo);
  CHECK(schemas_in(*echo) == 2);
  CHECK(encode(*echo));
  CHECK_FALSE(ledger.announce(0, "Testbed.echo", "args").value());
  auto const reverse = ledger.announce(0, "reverse", "args").value();
  REQUIRE(reverse);
  CHECK(schemas_in(*reverse) == 0);
  // Another connection knows nothing of it.
  CHECK(schemas_in(*ledger.announce(2, "echo", "args").value()) == 2);
  CHECK_FALSE(ledger.announce(0, "Other.method", "args"));
}

TEST_CASE("r[schema.tracking.sent] a ledger counts what a case sends by itself") {
  SchemaLedger ledger;
  SchemaLedger other;
  ledger.note_sent(*other.announce(0, "echo", "args").value());
  CHECK_FALSE(ledger.announce(0, "echo", "args").value());
}

TEST_CASE(
    "r[schema.translation.reorder] messages are read by the schemas that their sender announced") {
  auto schemas = own_message_schemas();
  auto const with_name = [&](std::string_view name) -> Record& {
    for (auto& schema : *schemas.get<ValueList>()) {
      auto& kind = *schema.get<Record>()->find("kind")->get<Record>();
      auto const* const found = kind.find("name");
      if (found != nullptr && found->text() == name) return kind;
    }
    FAIL("no schema is named ", name);
    return *schemas.get<Record>();
  };
  // The limit comes before the parity, and a third field of the limit's type between the two.
  auto& fields = *with_name("ConnectionSettings").find("fields")->get<ValueList>();
  REQUIRE(fields.size() == 2);
  auto third = fields.at(1);
  (*third.get<Record>())["name"] = "max_channels";
  fields = {fields.at(1), third, fields.at(0)};

  Frame hello =
      fill(read_template({Json::parse(R"({"hello_yourself": {}})"), {}}), {}, IdSpace{}).value();
  hello.body["message_payload_schema"] = schemas;
  LinkCodec codec;
  (void)sent(codec, R"({"transport_hello": {}})");
  (void)received(codec, "564f544109000000");
  (void)sent(codec, R"({"hello": {}})");
  REQUIRE(codec.decode(encode(hello).value()));
  (void)sent(codec, R"({"lets_go": {}})");

  // ConnectionAccept: limit 5, channels 300, Even, no metadata.
  auto const accept = received(codec, "01 02 05 ac02 01 00");
  REQUIRE(accept);
  CHECK(frame_json(*accept) == Json::parse(R"({"on": 1, "connection_accept": {"connection_settings":
            {"parity": "even", "max_concurrent_requests": 5}, "metadata": []}})"));
  CHECK_FALSE(received(codec, "01 02 01 05 00"));
  // Our own messages stay as they are.
  CHECK(sent(codec, R"({"ping": {"nonce": 5}})") == "000805");
}

TEST_CASE(
    "r[session.handshake.sorry] a Sorry may answer the message that was to end the handshake") {
  LinkCodec codec;
  establish(codec, 0);
  auto const sorry = std::string{"a165536f727279a166726561736f6e626e6f"};
  CHECK(received(codec, sorry).value().is("sorry"));
  CHECK(received(codec, "000905").value().is("pong"));
  CHECK_FALSE(received(codec, sorry).has_value());  // a message has come
}

TEST_CASE("another variant is not taken for one without a value") {
  LinkCodec codec;
  establish(codec, 0);
  auto const pattern = read_pattern({Json::parse(R"({"request_response": {"id": 1,
      "ret": {"returned_by": "generate_retry_idem", "value": {"Ok": null}}}})"),
                                     {}});
  Bindings bindings;
  auto const cancelled = received(codec, "000501010002000000010300").value();
  CHECK(match(pattern, cancelled, bindings, IdSpace{}).has_value());
}

TEST_CASE("r[schema.translation.reorder] a result is read by the type that was announced for it") {
  LinkCodec codec;
  establish(codec, 0);
  (void)sent(codec, R"({"request_call": {"id": 1, "method_id": {"method": "echo_point"},
                        "args": {"args_of": "echo_point", "value": [{"x": 1, "y": 2}]}}})");
  auto const pattern = read_pattern({Json::parse(R"({"request_response": {"id": 1,
      "ret": {"returned_by": "echo_point", "value": {"Ok": {"x": 1, "y": 2}}}}})"),
                                     {}});
  auto const fits = [&](std::string_view hex) {
    Bindings bindings;
    return !match(pattern, received(codec, hex).value(), bindings, IdSpace{}).has_value();
  };
  // Without an announcement it is read as ours.
  constexpr std::string_view x_first = "00050101000300000000020400";
  constexpr std::string_view y_first = "00050101000300000000040200";
  CHECK(fits(x_first));
  CHECK_FALSE(fits(y_first));
  (void)received(codec, announced_with_reversed_points()).value();
  CHECK(fits(y_first));
  CHECK_FALSE(fits(x_first));
  // The next link of the session goes on by it.
  LinkCodec next;
  next.go_on_from(codec);
  establish(next, 0);
  (void)sent(next, R"({"request_call": {"id": 1, "method_id": {"method": "echo_point"}}})");
  Bindings bindings;
  CHECK_FALSE(match(pattern, received(next, y_first).value(), bindings, IdSpace{}).has_value());
}
