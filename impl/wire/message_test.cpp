#include "impl/wire/message.hpp"

#include "conformance/testing/prefixes.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::wire;

namespace {

struct Golden {
  char const* what;
  Message message;
  std::string hex;
};

// A list of three entries, one of each kind of value, as the published fixtures of 0.4.0 have it.
Metadata const& fixture_metadata() {
  static Bytes const auth = from_hex("deadbeef").value();
  static Metadata const metadata{{.key = "trace-id", .value = std::string_view{"abc123"}},
                                 {.key = "auth", .value = ByteView{auth}, .flags = 3},
                                 {.key = "attempt", .value = std::uint64_t{2}}};
  return metadata;
}
constexpr char const* fixture_hex =
    "030874726163652d696400066162633132330004617574680104deadbeef0307617474656d7074020200";

std::vector<Golden> goldens() {
  static Bytes const args = from_hex("026869").value();
  static Bytes const ret = from_hex("00026869").value();
  static Bytes const item = from_hex("0a").value();
  static Bytes const schema = from_hex("a0").value();
  static Metadata const service{{.key = "vox-service", .value = std::string_view{"Kv"}}};
  static Metadata const operation{{.key = "vox-operation-id", .value = std::uint64_t{1}}};
  constexpr std::uint64_t echo = 0x880bc4eee23574be;
  std::string const fixture = fixture_hex;
  return {
      {"protocol error", {0, ProtocolError{"bad"}}, "000003626164"},
      {"open",
       {3, ConnectionOpen{{Parity::even, 64}, service}},
       "03010140010b766f782d7365727669636500024b7600"},
      {"accept", {3, ConnectionAccept{{Parity::odd, 64}, {}}}, "0302004000"},
      {"reject", {3, ConnectionReject{}}, "030300"},
      {"close", {3, ConnectionClose{}}, "030400"},
      {"open with every kind of metadata",
       {2, ConnectionOpen{{Parity::odd, 64}, fixture_metadata()}},
       "02010040" + fixture},
      {"accept with every kind of metadata",
       {2, ConnectionAccept{{Parity::even, 96}, fixture_metadata()}},
       "02020160" + fixture},
      {"call",
       {0, RequestMessage{1, Call{echo, operation, args, {}}}},
       "00050100bee9d591ee9df18588010110766f782d6f7065726174696f6e2d6964020100"
       "0300000002686900"},
      {"response", {0, RequestMessage{1, Response{{}, ret, {}}}}, "0005010100040000000002686900"},
      {"cancel", {0, RequestMessage{1, Cancel{}}}, "0005010200"},
      {"schema",
       {0, SchemaMessage{echo, BindingDirection::response, schema}},
       "0006bee9d591ee9df18588010101a0"},
      {"item", {0, ChannelMessage{1, Item{item}}}, "00070100010000000a"},
      {"channel close", {0, ChannelMessage{1, Close{}}}, "0007010100"},
      {"reset", {0, ChannelMessage{1, Reset{}}}, "0007010200"},
      {"grant", {0, ChannelMessage{1, GrantCredit{8}}}, "0007010308"},
      {"ping", {0, Ping{300}}, "0008ac02"},
      {"pong", {0, Pong{300}}, "0009ac02"},
      {"ping at the top of the range", {0, Ping{UINT64_MAX}}, "0008ffffffffffffffffff01"},
  };
}

}  // namespace

TEST_SUITE("wire") {
  TEST_CASE("r[session.message] every kind of message has the bytes of 0.4.0, both ways") {
    for (auto const& golden : goldens()) {
      INFO(golden.what);
      CHECK(to_hex(encode_message(golden.message)) == golden.hex);
      auto const bytes = from_hex(golden.hex).value();
      auto const decoded = decode_message(bytes);
      REQUIRE(decoded);
      CHECK(*decoded == golden.message);
      voxspec::test::every_prefix_fails(bytes, [](ByteView prefix) {
        return decode_message(prefix, Strictness::vox_0_4).has_value();
      });
    }
  }
  TEST_CASE("r[session.connection-settings] settings of vox_0_5 end with the initial credit") {
    ConnectionSettings const settings{
        .parity = Parity::even, .max_concurrent_requests = 300, .initial_channel_credit = 200};
    for (auto const& message :
         {Message{3, ConnectionOpen{settings, {}}}, Message{3, ConnectionAccept{settings, {}}}}) {
      auto const bytes = encode_message(message, Dialect::vox_0_5);
      auto const* const kind =
          std::holds_alternative<ConnectionOpen>(message.payload) ? "01" : "02";
      CHECK(to_hex(bytes) == std::string{"03"} + kind + "01ac02c80100");
      auto const decoded = decode_message(bytes, Strictness::strict, 1024, Dialect::vox_0_5);
      REQUIRE(decoded);
      CHECK(*decoded == message);
      CHECK(to_hex(encode_message(message)) == std::string{"03"} + kind + "01ac0200");
      auto const older = decode_message(encode_message(message)).value();
      CHECK(older != message);  // since it cannot say another credit than 16
    }
  }
  TEST_CASE("bytes after a message are refused, and forgiven as 0.4.0 does") {
    auto const bytes = from_hex("000805ff").value();
    auto const strict = decode_message(bytes);
    REQUIRE_FALSE(strict);
    CHECK(strict.error().offset == 3);
    CHECK(decode_message(bytes, Strictness::vox_0_4));
  }
  TEST_CASE("an unknown message kind is refused at its byte") {
    auto const bytes = from_hex("000a00").value();
    auto const result = decode_message(bytes, Strictness::vox_0_4);
    REQUIRE_FALSE(result);
    CHECK(result.error().offset == 1);
  }
  TEST_CASE("a claimed count of metadata entries costs nothing") {
    // 2^35 entries: the shipped peer aborts on such a list.
    auto const bytes = from_hex("03048080808080010000").value();
    auto const result = decode_message(bytes, Strictness::vox_0_4);
    REQUIRE_FALSE(result);
    CHECK(result.error().detail == "a count exceeds what is left of the payload");
  }
  TEST_CASE("more metadata entries than the limit allows are refused") {
    Metadata metadata;
    for (int i = 0; i < 5; ++i)
      metadata.add({.key = "k", .value = std::uint64_t{1}});
    auto const bytes = encode_message({3, ConnectionClose{metadata}});
    CHECK(decode_message(bytes, Strictness::strict, 5));
    CHECK_FALSE(decode_message(bytes, Strictness::strict, 4));
  }
  TEST_CASE("r[rpc.metadata.duplicates] duplicate keys keep their order") {
    Metadata const metadata{{.key = "k", .value = std::uint64_t{1}},
                            {.key = "K", .value = std::string_view{"upper"}},
                            {.key = "k", .value = std::string_view{"second"}}};
    auto const bytes = encode_message({3, ConnectionClose{metadata}});
    auto const decoded = decode_message(bytes).value();
    auto const view = std::get<ConnectionClose>(decoded.payload).metadata;
    std::string keys;
    for (auto const& entry : view)
      keys += entry.key;
    CHECK(keys == "kKk");
    CHECK(view.number("k") == 1);
    CHECK(view.text("k") == "second");
    CHECK_FALSE(view.number("K"));
  }
  TEST_CASE("metadata is written as it came, but in the shortest form") {
    // The length of the key, the flags of the first and the number of the second take a byte more
    // than they need, which nothing forbids.
    auto const wide = from_hex("0304 02 81006b 02 05 8100 016b 02 8700 00").value();
    auto const short_form = from_hex("0304 02 016b 02 05 01 016b 02 07 00").value();
    for (auto const strictness : {Strictness::strict, Strictness::vox_0_4}) {
      auto const message = decode_message(wide, strictness).value();
      CHECK(to_hex(encode_message(message)) == to_hex(short_form));
      CHECK(message == decode_message(short_form).value());
    }
    CHECK(to_hex(encode_message(decode_message(short_form).value())) == to_hex(short_form));
  }
  TEST_CASE("r[session.message] numbers with more bytes than they need are the same message") {
    for (auto const* const hex : {"000807", "80000807", "000887808080808080808000"}) {
      auto const message = decode_message(from_hex(hex).value());
      REQUIRE(message);
      CHECK(*message == Message{0, Ping{.nonce = 7}});
    }
  }
  TEST_CASE("r[rpc.metadata.flags] unknown flag bits are kept as they came") {
    Metadata const metadata{{.key = "k", .value = std::uint64_t{1}, .flags = 0x8000000000000004}};
    auto const bytes = encode_message({3, ConnectionClose{metadata}});
    auto const view = std::get<ConnectionClose>(decode_message(bytes)->payload).metadata;
    CHECK((*view.begin()).flags == 0x8000000000000004);
  }
}
