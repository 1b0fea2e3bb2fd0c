#include "conformance/peer/frame.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace voxspec;

namespace {

struct Golden {
  Layer layer;
  std::string_view item;
  std::string_view hex;
};

// The worked examples of the wire: bytes that vox 0.4.0 peers exchange.
Golden const goldens[] = {
    {Layer::prologue, R"({"transport_hello": {"mode": 0}})", "564f5448 09 00 0000"},
    {Layer::prologue, R"({"transport_accept": {"mode": 1, "reserved": "aabb"}})",
     "564f5441 09 01 aabb"},
    {Layer::prologue, R"({"transport_reject": {"reason": 1}})", "564f5452 09 01 0000"},
    {Layer::handshake,
     R"({"hello": {"message_payload_schema": [],
         "metadata": [{"key": "vox-service", "value": "Echo"}]}})",
     "a1 6548656c6c6f a6 66706172697479 a1634f6464f6"
     "73636f6e6e656374696f6e5f73657474696e6773 a2 66706172697479 a1634f6464f6"
     "776d61785f636f6e63757272656e745f7265717565737473 1840"
     "766d6573736167655f7061796c6f61645f736368656d61 80"
     "6e737570706f7274735f7265747279 f5 6a726573756d655f6b6579 f6"
     "686d65746164617461 81 a3 636b6579 6b766f782d73657276696365"
     "6576616c7565 a1 66537472696e67 644563686f 65666c616773 00"},
    {Layer::handshake, R"({"lets_go": {}})", "a1664c657473476fa0"},
    {Layer::handshake, R"({"sorry": {"reason": "no"}})", "a165536f727279a166726561736f6e626e6f"},
    {Layer::message, R"({"protocol_error": {"description": "bad"}})", "00 00 03626164"},
    {Layer::message,
     R"({"on": 3, "connection_open": {"connection_settings": {"parity": "even"},
         "metadata": [{"key": "vox-service", "value": "Kv"}]}})",
     "03 01 01 40 01 0b766f782d73657276696365 00 024b76 00"},
    {Layer::message,
     R"({"on": 3, "connection_accept": {"connection_settings": {"parity": "odd"}}})",
     "03 02 00 40 00"},
    {Layer::message, R"({"on": 3, "connection_reject": {}})", "03 03 00"},
    {Layer::message, R"({"on": 3, "connection_close": {}})", "03 04 00"},
    {Layer::message,
     R"({"request_call": {"id": 1, "method_id": {"method": "Testbed.echo"},
         "metadata": [{"key": "vox-operation-id", "value": 1}], "args": {"hex": "026869"}}})",
     "00 05 01 00 bee9d591ee9df1858801 01 10766f782d6f7065726174696f6e2d6964 02 01 00 03000000"
     "026869 00"},
    {Layer::message, R"({"request_response": {"id": 1, "ret": {"hex": "00026869"}}})",
     "00 05 01 01 00 04000000 00026869 00"},
    {Layer::message, R"({"request_cancel": {"id": 1}})", "00 05 01 02 00"},
    {Layer::message,
     R"({"schema": {"method_id": {"method": "all_colors"}, "direction": "args",
         "schemas": {"args_of": "all_colors"}}})",
     "00 06 a0c9b7d5bcb7c1fdfb01 00 76"
     "a267736368656d617381a36269641bbc5c33249a2dc7206b747970655f706172616d7380646b696e64a263746167"
     "697072696d69746976656e7072696d69746976655f7479706564756e697464726f6f74a363746167"
     "68636f6e637265746567747970655f69641bbc5c33249a2dc720646172677380"},
    {Layer::message, R"({"channel_item": {"id": 1, "item": {"as": "i32", "value": 5}}})",
     "00 07 01 00 01000000 0a"},
    {Layer::message, R"({"channel_close": {"id": 1}})", "00 07 01 01 00"},
    {Layer::message, R"({"channel_reset": {"id": 1}})", "00 07 01 02 00"},
    {Layer::message, R"({"channel_grant_credit": {"id": 1, "additional": 8}})", "00 07 01 03 08"},
    {Layer::message, R"({"ping": {"nonce": 300}})", "00 08 ac02"},
    {Layer::message, R"({"pong": {"nonce": 300}})", "00 09 ac02"},
    {Layer::message,
     R"({"on": 4, "connection_reject": {"metadata": [
         {"key": "trace-id", "value": "abc123"},
         {"key": "auth", "value": {"hex": "deadbeef"}, "flags": 3},
         {"key": "attempt", "value": 2}]}})",
     "0403 03 0874726163652d6964 00 06616263313233 00 0461757468 01 04deadbeef 03"
     "07617474656d7074 02 02 00"},
    {Layer::stable_hello, R"({"client_hello": {}})",
     "564f4348 00 00000000000000000000000000000000 00000000"},
    {Layer::stable_hello,
     R"({"server_hello": {"resume_key": {"hex": "000102030405060708090a0b0c0d0e0f"},
         "last_received": 7}})",
     "564f5348 02 000102030405060708090a0b0c0d0e0f 07000000"},
    {Layer::stable, R"({"stable_frame": {"seq": 0, "message": {"ping": {"nonce": 5}}}})",
     "00 00 03000000 000805"},
    {Layer::stable, R"({"stable_frame": {"seq": 0, "ack": 0, "message": {"pong": {"nonce": 5}}}})",
     "00 0100 03000000 000905"},
    {Layer::stable, R"({"stable_frame": {"seq": 9, "item": {"hex": "ff"}}})", "09 00 01000000 ff"},
};

std::expected<Frame, std::string> filled(Json const& item) {
  try {
    return fill(read_template({item, {}}), {}, IdSpace{});
  } catch (Fault const& fault) {
    return std::unexpected(fault.what);
  }
}

std::expected<vox::Bytes, std::string> bytes_of(Json const& item) {
  auto const frame = filled(item);
  if (!frame) return std::unexpected(frame.error());
  return encode(*frame);
}

std::string encoded(std::string_view item) {
  auto const bytes = bytes_of(Json::parse(item));
  return bytes ? vox::to_hex(*bytes) : "error: " + bytes.error();
}

std::string plain_hex(std::string_view hex) {
  return vox::to_hex(vox::from_hex(hex).value());
}

}  // namespace

TEST_CASE("r[session.message] frames become the bytes that 0.4.0 peers exchange") {
  for (auto const& golden : goldens) {
    INFO(golden.item);
    CHECK(encoded(golden.item) == plain_hex(golden.hex));
  }
}

TEST_CASE(
    "r[session.message.payloads] bytes become frames that make the same bytes again, as they are "
    "and as JSON") {
  for (auto const& golden : goldens) {
    INFO(golden.item);
    auto const bytes = vox::from_hex(golden.hex).value();
    auto const frame = decode(golden.layer, bytes);
    REQUIRE(frame);
    CHECK(frame->kind->layer == golden.layer);
    CHECK(vox::equal(frame->bytes, bytes));
    CHECK(vox::equal(encode(*frame).value(), bytes));
    CHECK(writing_of(*frame) == Writing{});
    CHECK(encoded(frame_json(*frame).dump()) == vox::to_hex(bytes));
  }
}

TEST_CASE("r[session.protocol-error] no strict prefix of a frame decodes as a frame") {
  for (auto const& golden : goldens) {
    auto const bytes = vox::from_hex(golden.hex).value();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      INFO(golden.item, " cut to ", length);
      CHECK_FALSE(decode(golden.layer, vox::ByteView{bytes}.first(length)));
    }
  }
}

TEST_CASE("r[session.connection-settings] frames of vox_0_5 announce the initial credit") {
  auto const through = [](std::string_view item, Layer layer) {
    auto const json = Json::parse(item);
    auto const frame =
        fill(read_template({json, {}}, Dialect::vox_0_5), {}, IdSpace{vox::Parity::odd});
    REQUIRE(frame);
    auto const bytes = encode(*frame).value();
    auto const decoded = decode(layer, bytes, {.dialect = Dialect::vox_0_5});
    REQUIRE(decoded);
    CHECK(vox::to_hex(encode(*decoded).value()) == vox::to_hex(bytes));
    return std::pair{vox::to_hex(bytes), frame_json(*decoded)};
  };
  auto const [open, shown] = through(
      R"({"on": 3, "connection_open": {"connection_settings": {"initial_channel_credit": 300}}})",
      Layer::message);
  CHECK(open == "03010040ac0200");
  CHECK(shown["connection_open"]["connection_settings"]["initial_channel_credit"] == 300);
  auto const [hello, said] =
      through(R"({"hello": {"message_payload_schema": []}})", Layer::handshake);
  CHECK(hello.contains("76696e697469616c5f6368616e6e656c5f63726564697410"));
  CHECK(said["hello"]["connection_settings"]["initial_channel_credit"] == 16);
  auto const [own, own_said] = through(R"({"hello": {}})", Layer::handshake);
  CHECK(own_said["hello"]["message_payload_schema"] == "own");
  CHECK(own_message_schemas(Dialect::vox_0_5) != own_message_schemas());
}

TEST_CASE("decoded frames name what they hold") {
  auto const shown = [](Layer layer, std::string_view hex) {
    return frame_json(decode(layer, vox::from_hex(hex).value()).value());
  };
  CHECK(shown(Layer::message, "0008ac02") == Json::parse(R"({"on": 0, "ping": {"nonce": 300}})"));
  CHECK(shown(Layer::message, "0005010000000000000000") ==
        Json::parse(R"({"on": 0, "request_call": {"id": 1, "method_id": "0x0000000000000000",
          "metadata": [], "args": {"hex": ""}, "schemas": {"hex": ""}}})"));
  CHECK(shown(Layer::prologue, "564f544809000000") ==
        Json::parse(R"({"transport_hello": {"version": 9, "mode": 0, "reserved": "0000"}})"));
  // The largest nonce is one that other languages' JSON readers would lose.
  CHECK(shown(Layer::message, "0008ffffffffffffffffff01") ==
        Json::parse(R"({"on": 0, "ping": {"nonce": "18446744073709551615"}})"));
}

TEST_CASE("r[session.handshake] what a hello lacks and what it should not have both show") {
  auto const hello = [](std::string_view changes) {
    auto const bytes = bytes_of(Json{{"hello", Json::parse(changes)}});
    REQUIRE(bytes);
    return frame_json(decode(Layer::handshake, *bytes).value())["hello"];
  };
  CHECK(hello(R"({})")["resume_key"] == "none");
  CHECK(hello(R"({"resume_key": null})")["resume_key"] == nullptr);
  CHECK(hello(R"({"parity": 7})")["parity"] == Json::parse(R"({"cbor": 7})"));
  CHECK(hello(R"({"metadata": "no list"})")["metadata"] == Json::parse(R"({"cbor": "no list"})"));
  CHECK(hello(R"({"extra": {"later": [1, true]}})")["extra"]["later"][1] == true);
  CHECK(hello(R"({"connection_settings": {"parity": null}})")["connection_settings"]["parity"] ==
        nullptr);
  CHECK(hello(R"({"parity": "even"})")["connection_settings"]["parity"] == "even");
  CHECK(hello(R"({})")["message_payload_schema"] == "own");
  CHECK(own_message_schemas().get<ValueList>()->size() == 33);
  CHECK(hello(R"({"message_payload_schema": {"hex": "80"}})")["message_payload_schema"] ==
        Json::array());
}

TEST_CASE("r[transport.stream] a stream is cut into its payloads") {
  auto const bytes = vox::from_hex("03000000 000805 00000000 01000000 ff").value();
  auto const payloads = split_frames(bytes);
  REQUIRE(payloads);
  REQUIRE(payloads->size() == 3);
  CHECK(vox::to_hex(payloads->at(0)) == "000805");
  CHECK(payloads->at(1).empty());
  CHECK_FALSE(split_frames(vox::ByteView{bytes}.first(6)));
  CHECK_FALSE(split_frames(vox::ByteView{bytes}.first(9)));
}

TEST_CASE("bytes over and over can stand in a typed value") {
  auto const call = [](std::string_view value) {
    return filled(Json::parse(
        R"({"request_call": {"id": 1, "method_id": {"method": "echo_bytes"}, "args":
            {"args_of": "echo_bytes", "value": [)" +
        std::string{value} + "]}}}"));
  };
  auto const repeated = call(R"({"hex": "ab", "times": 3})");
  CHECK(*repeated.value().field("args") == Value{vox::from_hex("03ababab").value()});
  CHECK(call(R"({"hex": "ab", "times": 1000000000})").error().find("too long") !=
        std::string::npos);
}

TEST_CASE("items that are bytes already go out as they are") {
  auto const frame = filled(Json::parse(R"({"frame": "00 08 05"})"));
  CHECK_FALSE(frame.value().raw);
  CHECK(vox::to_hex(frame->bytes) == "000805");
  auto const raw = filled(Json::parse(R"({"bytes": {"hex": "ab", "times": 3}})"));
  CHECK(raw.value().raw);
  CHECK(vox::to_hex(raw->bytes) == "ababab");
  CHECK(encoded(R"({"cbor": {"Hello": {"a": [1, -1, null]}}})") == "a16548656c6c6fa16161830120f6");
}

TEST_CASE("an item that cannot be encoded says why") {
  auto const error = [](std::string_view item) { return encoded(item); };
  CHECK(error(R"({"ping": {"nonse": 1}})").find("did you mean 'nonce'?") != std::string::npos);
  CHECK(error(R"({"ping": {"nonce": "x"}})").find("a number is wanted") != std::string::npos);
  CHECK(error(R"({"ping": {"nonce": "$n"}})").find("$n a value") != std::string::npos);
  CHECK(error(R"({"pinq": {}})").find("unknown key 'pinq'") != std::string::npos);
  CHECK(error(R"({})").find("no kind") != std::string::npos);
  CHECK(error(R"({"ping": {}, "pong": {}})").find("one kind") != std::string::npos);
}

TEST_CASE("r[session.handshake.cbor] hostile CBOR is a violation with its place") {
  for (auto const* const hex :
       {"", "ff", "bf6548656c6c6fa0", "9bffffffffffffffff", "a16548656c6c6f", "a0", "6548656c6c6f",
        "a16548656c6c6f80", "a1664c657473476fa000"}) {
    INFO(hex);
    CHECK_FALSE(decode(Layer::handshake, vox::from_hex(hex).value()));
  }
  auto const open = decode(Layer::handshake, vox::from_hex("bf6548656c6c6fbfffff").value());
  REQUIRE(open.has_value());
  CHECK(open->is("hello"));
  vox::Bytes const deep(100'000, std::byte{0x81});
  CHECK_FALSE(decode(Layer::handshake, deep));
}

TEST_CASE(
    "r[session.handshake.cbor] a frame can be written with longer heads, without counts, in "
    "another order") {
  auto frame =
      filled(Json::parse(R"({"sorry": {"reason": "no", "extra": {"more": [1]}}})")).value();
  auto const written = [&](Writing writing) {
    frame.writing = std::move(writing);
    return vox::to_hex(encode(frame).value());
  };
  CHECK(written({}) == "a165536f727279a266726561736f6e626e6f646d6f72658101");
  CHECK(written({.head_bytes_min = 1}) ==
        "b8017805536f727279b8027806726561736f6e78026e6f78046d6f726598011801");
  CHECK(written({.indefinite = true}) ==
        "bf65536f727279bf66726561736f6e626e6f646d6f72659f01ffffff");
  CHECK(written({.first = {"more"}}) == "a165536f727279a2646d6f7265810166726561736f6e626e6f");
}

TEST_CASE("r[session.message] how a frame that was read is written is how it is written again") {
  struct Row {
    Layer layer;
    std::string_view hex;
  };
  // A Ping with padded varints, and LetsGo with longer heads and without counts.
  static constexpr Row rows[] = {{Layer::message, "80008800 8500"},
                                 {Layer::handshake, "b801 7806 4c657473476f b800"},
                                 {Layer::handshake, "bf 66 4c657473476f bf ff ff"}};
  for (auto const& row : rows) {
    auto const bytes = vox::from_hex(row.hex).value();
    auto frame = decode(row.layer, bytes);
    REQUIRE(frame);
    auto const writing = writing_of(*frame);
    REQUIRE(writing);
    CHECK(*writing != Writing{});
    frame->writing = *writing;
    CHECK(vox::equal(encode(*frame).value(), bytes));
  }
}

TEST_CASE("a value that its field cannot hold is named when the frame is written") {
  auto const error = [](Frame const& frame) { return encode(frame).error(); };
  CHECK(error(message_frame("ping", 0, {{{"nonce", "x"}}})).find("nonce is a number") !=
        std::string::npos);
  CHECK(error(message_frame("ping", 0, {})).find("'nonce' is missing") != std::string::npos);
  CHECK(error(message_frame("channel_grant_credit", 0,
                            {{{"id", std::uint64_t{1}}, {"additional", std::uint64_t{1} << 40}}}))
            .find("too large") != std::string::npos);
}
