#include "conformance/peer/link_codec.hpp"

#include "conformance/peer/schema_ledger.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace voxspec;

namespace {

std::string sent(LinkCodec& codec, std::string_view item) {
  auto const encoded = codec.encode(Json::parse(item));
  return encoded ? vox::to_hex(encoded->bytes) : "error: " + encoded.error();
}

vox::Result<Json> received(LinkCodec& codec, std::string_view hex) {
  return codec.decode(vox::from_hex(hex).value());
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

}  // namespace

TEST_CASE("r[transport.prologue.post-accept] after the accept comes the handshake, then messages") {
  LinkCodec codec;
  CHECK(codec.layer() == Layer::prologue);
  establish(codec, 0);
  CHECK(codec.layer() == Layer::message);
  CHECK(sent(codec, R"({"ping": {"nonce": 5}})") == "000805");
  CHECK(received(codec, "000905").value()["pong"]["nonce"] == 5);
}

TEST_CASE("bytes that are what is due move the conversation on like frames do") {
  LinkCodec codec;
  establish(codec, 0);
  LinkCodec raw;
  (void)received(raw, "564f544809000000");
  CHECK(sent(raw, R"({"frame": "564f544109000000"})") == "564f544109000000");
  CHECK(raw.layer() == Layer::handshake);
  CHECK(raw.last().contains("transport_accept"));
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
  CHECK(pong.value()["stable_frame"]["message"]["pong"]["nonce"] == 5);
  CHECK(sent(codec, R"({"ping": {"nonce": 6}})") == "01010003000000000806");
  CHECK(codec.last()["stable_frame"]["seq"] == 1);
  CHECK(sent(codec, R"({"stable_frame": {"seq": 7, "message": {"ping": {}}}})") ==
        "070003000000000800");
  CHECK(sent(codec, R"({"ping": {"nonce": 6}})").starts_with("080100"));
}

TEST_CASE("a payload that does not decode leaves the layer as it was") {
  LinkCodec codec;
  CHECK_FALSE(received(codec, "00"));
  CHECK(codec.layer() == Layer::prologue);
  CHECK(codec.last() == nullptr);
}

TEST_CASE("r[schema.principles.once-per-type] a ledger sends what a connection does not have yet") {
  SchemaLedger ledger;
  auto const echo = ledger.announce(0, "echo", "args").value();
  REQUIRE(echo);
  CHECK((*echo)["schema"]["schemas"]["schemas"].size() == 2);
  CHECK(encode_item(*echo));
  CHECK_FALSE(ledger.announce(0, "Testbed.echo", "args").value());
  auto const reverse = ledger.announce(0, "reverse", "args").value();
  REQUIRE(reverse);
  CHECK((*reverse)["schema"]["schemas"]["schemas"].empty());
  // Another connection knows nothing of it.
  CHECK((*ledger.announce(2, "echo", "args").value())["schema"]["schemas"]["schemas"].size() == 2);
  CHECK_FALSE(ledger.announce(0, "Other.method", "args"));
}

TEST_CASE("r[schema.tracking.sent] a ledger counts what a case sends by itself") {
  SchemaLedger ledger;
  SchemaLedger other;
  ledger.note_sent(*other.announce(0, "echo", "args").value());
  CHECK_FALSE(ledger.announce(0, "echo", "args").value());
}
