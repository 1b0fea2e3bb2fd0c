#include "impl/wire/stable.hpp"

#include "conformance/testing/prefixes.hpp"
#include "conformance/testing/property.hpp"
#include "conformance/testing/vectors.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace vox::wire {
namespace {

Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}

ResumeKey counting_key() {
  ResumeKey key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::byte>(i);
  return key;
}
constexpr std::string_view key_hex = "000102030405060708090a0b0c0d0e0f";

TEST_SUITE_BEGIN("stable");

TEST_CASE("r[stable.handshake.client-hello] a client hello is 25 bytes, absent fields zero") {
  std::string const zeroes(32, '0');
  CHECK(to_hex(encode_client_hello({})) == "564f434800" + zeroes + "00000000");
  ClientHello const full{.resume_key = counting_key(), .last_received = 0x01020304};
  auto const hex = std::string{"564f434803"}.append(key_hex) + "04030201";
  CHECK(to_hex(encode_client_hello(full)) == hex);
  CHECK(decode_client_hello(bytes(hex)) == full);
  voxspec::test::every_prefix_fails(bytes(hex),
                                    [](ByteView prefix) { return decode_client_hello(prefix); });
}

TEST_CASE("r[stable.handshake.client-hello] 0.4.0 looks at the size alone") {
  auto hello = encode_client_hello({});
  hello[0] = std::byte{'X'};
  CHECK_FALSE(decode_client_hello(hello).has_value());
  CHECK(decode_client_hello(hello, Strictness::vox_0_4) == ClientHello{});
  CHECK_FALSE(decode_client_hello(ByteView{hello}.first(24), Strictness::vox_0_4).has_value());
}

TEST_CASE("r[stable.handshake.server-hello] a server hello has a key and may reject") {
  ServerHello const hello{.rejected = true, .resume_key = counting_key(), .last_received = 7};
  auto const hex = std::string{"564f534803"}.append(key_hex) + "07000000";
  CHECK(to_hex(encode_server_hello(hello)) == hex);
  CHECK(decode_server_hello(bytes(hex)) == hello);
  voxspec::test::every_prefix_fails(bytes(hex),
                                    [](ByteView prefix) { return decode_server_hello(prefix); });
  auto const as_client = encode_client_hello({});
  CHECK_FALSE(decode_server_hello(as_client).has_value());
}

TEST_CASE("r[stable.framing.encoding] a frame is number, ack and the item as opaque bytes") {
  Buffer out;
  auto const begin = begin_stable_frame(out, 0, 0);
  encode_message(out, Message{.connection_id = 0, .payload = Pong{5}});
  end_stable_frame(out, begin);
  CHECK(to_hex(out.view()) == "00010003000000000905");
  auto const frame = decode_stable_frame(out.view());
  REQUIRE(frame.has_value());
  CHECK(frame->seq == 0);
  CHECK(frame->ack == 0U);
  CHECK(to_hex(frame->item) == "000905");
}

TEST_CASE("r[stable.framing.encoding] no prefix of a frame is a frame") {
  for (auto const* hex : {"000003000000000805", "ffffffff0f01ac020400000001020304"}) {
    voxspec::test::every_prefix_fails(bytes(hex), [](ByteView prefix) {
      return decode_stable_frame(prefix, Strictness::vox_0_4);
    });
  }
}

TEST_CASE(
    "r[stable.framing.encoding] an item longer than the payload, or an odd flag, is refused") {
  CHECK_FALSE(decode_stable_frame(bytes("0000ffffffff00")).has_value());
  CHECK_FALSE(decode_stable_frame(bytes("000200000000")).has_value());
}

TEST_CASE("r[stable.framing.encoding] frames come back as they were sent") {
  voxspec::test::holds([](std::uint32_t seq, bool has_ack, std::uint32_t ack,
                          std::vector<std::uint8_t> const& item) {
    StableFrame frame{.seq = seq, .ack = {}, .item = std::as_bytes(std::span{item})};
    if (has_ack) frame.ack = ack;
    Buffer out;
    encode_stable_frame(out, frame);
    RC_ASSERT((decode_stable_frame(out.view()) == frame));
  });
}

// Decodes a vector by what its name says it is, and gives what encodes again.
std::string again(std::string_view name, ByteView payload) {
  if (name.starts_with("client_hello")) {
    return to_hex(encode_client_hello(decode_client_hello(payload).value()));
  }
  if (name.starts_with("server_hello")) {
    return to_hex(encode_server_hello(decode_server_hello(payload).value()));
  }
  Buffer out;
  encode_stable_frame(out, decode_stable_frame(payload).value());
  return to_hex(out.view());
}

TEST_CASE("r[stable.framing] what the published crates sent is read and written back alike") {
  auto const vectors = voxspec::test::vectors("stable");
  CHECK(vectors.size() >= 7);
  for (auto const& vector : vectors) {
    auto const name = vector.at("name").get<std::string>();
    CAPTURE(name);
    auto const hex = vector.at("hex").get<std::string>();
    CHECK(again(name, bytes(hex)) == hex);
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
