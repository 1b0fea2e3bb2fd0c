#include "impl/wire/handshake.hpp"

#include "conformance/testing/prefixes.hpp"
#include "conformance/testing/property.hpp"
#include "conformance/testing/vectors.hpp"
#include "impl/wire/cbor.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace vox::wire {
namespace {

Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}

// Hex of a CBOR text.
std::string text(std::string_view value) {
  Buffer out;
  CborWriter{out}.put_text(value);
  return to_hex(out.view());
}

std::string const odd = "a1" + text("Odd") + "f6";
std::string const settings = "a2" + text("parity") + odd + text("max_concurrent_requests") + "1840";

// A Hello of these fields, given as keys and values in hex.
std::string hello_of(int count, std::string const& fields) {
  return "a1" + text("Hello") + "a" + std::to_string(count) + fields;
}
std::string const required = text("parity") + odd + text("connection_settings") + settings +
                             text("message_payload_schema") + "80";

Result<HandshakeMessage> decoded(std::string const& hex,
                                 Strictness strictness = Strictness::strict) {
  static Bytes payload;  // Views in the message have to outlive this function.
  payload = bytes(hex);
  return decode_handshake(payload, strictness);
}
bool is_taken(std::string const& hex, Strictness strictness = Strictness::strict) {
  return decoded(hex, strictness).has_value();
}

TEST_SUITE_BEGIN("session");

TEST_CASE("r[session.handshake] a Hello has its keys in this order, all of them") {
  Hello hello{.supports_retry = true};
  hello.metadata.add({.key = "vox-service", .value = std::string_view{"Echo"}});
  auto const expected =
      hello_of(6, required + text("supports_retry") + "f5" + text("resume_key") + "f6" +
                      text("metadata") + "81a3" + text("key") + text("vox-service") +
                      text("value") + "a1" + text("String") + text("Echo") + text("flags") + "00");
  CHECK(to_hex(encode_handshake(hello)) == expected);
  CHECK(decoded(expected) == HandshakeMessage{hello});
}

TEST_CASE("r[session.handshake] LetsGo is an empty map") {
  CHECK(to_hex(encode_handshake(LetsGo{})) == "a1664c657473476fa0");
}

TEST_CASE("r[session.handshake.sorry] Sorry has a reason") {
  CHECK(to_hex(encode_handshake(Sorry{.reason = "no"})) == "a165536f727279a166726561736f6e626e6f");
  CHECK_FALSE(is_taken("a165536f727279a0", Strictness::vox_0_4));
}

TEST_CASE(
    "r[session.handshake.cbor] what the published crates sent is read and written back alike") {
  auto const vectors = voxspec::test::vectors("handshake").at("messages");
  CHECK(vectors.size() >= 15);
  for (auto const& vector : vectors) {
    auto const name = vector.at("name").get<std::string>();
    CAPTURE(name);
    auto const payload = bytes(vector.at("hex").get<std::string>());
    auto const message = decode_handshake(payload);
    REQUIRE_MESSAGE(message.has_value(), message.error().detail);
    // Rust writes bytes of metadata as an array, which nobody reads; we write a byte string.
    if (name != "hello/metadata-bytes") CHECK(equal(encode_handshake(*message), payload));
    CHECK(decode_handshake(encode_handshake(*message)) == *message);
  }
}

TEST_CASE("r[session.handshake.cbor] no prefix of a handshake payload is one") {
  for (auto const& vector : voxspec::test::vectors("handshake").at("messages")) {
    auto const payload = bytes(vector.at("hex").get<std::string>());
    if (payload.size() > 1000) continue;  // The schema lists only make this long.
    voxspec::test::every_prefix_fails(
        payload, [](ByteView prefix) { return decode_handshake(prefix, Strictness::vox_0_4); });
  }
}

TEST_CASE("r[session.handshake.protocol-schema] the schema list is handed on as it came") {
  auto const schemas = bytes("82a0a16161f6");
  Hello const hello{.message_payload_schema = schemas};
  auto const payload = encode_handshake(hello);
  auto const message = decode_handshake(payload);
  REQUIRE(message.has_value());
  CHECK(to_hex(std::get<Hello>(*message).message_payload_schema) == "82a0a16161f6");
  CHECK_FALSE(is_taken("a1" + text("HelloYourself") + "a2" + text("connection_settings") +
                       settings + text("message_payload_schema") + "a0"));
}

TEST_CASE("r[session.handshake] fields with a default may be missing, the others may not") {
  auto const message = decoded(hello_of(3, required));
  REQUIRE(message.has_value());
  CHECK(std::get<Hello>(*message) == Hello{});
  auto const but = [](std::string_view key, std::string const& value) {
    std::string fields = required;
    auto const field = text(key) + value;
    return hello_of(2, fields.erase(fields.find(field), field.size()));
  };
  CHECK_FALSE(is_taken(but("parity", odd), Strictness::vox_0_4));
  CHECK_FALSE(is_taken(but("connection_settings", settings), Strictness::vox_0_4));
  CHECK_FALSE(is_taken(but("message_payload_schema", "80"), Strictness::vox_0_4));
}

TEST_CASE("r[session.handshake.unversioned] unknown keys are passed over") {
  CHECK(is_taken(hello_of(4, required + text("newer") + "82a16161f50b")));
}

TEST_CASE("r[session.handshake] a resume key of another length than 16 bytes is taken for none") {
  auto const with_key = [](std::string const& key) {
    return hello_of(4, required + text("resume_key") + "a1" + text("bytes") + key);
  };
  auto const full = decoded(with_key("50000102030405060708090a0b0c0d0e0f"));
  REQUIRE(full.has_value());
  CHECK(to_hex(std::get<Hello>(*full).resume_key.value()) == "000102030405060708090a0b0c0d0e0f");
  for (auto const strictness : {Strictness::strict, Strictness::vox_0_4}) {
    auto const cut = decoded(with_key("420001"), strictness);
    REQUIRE(cut.has_value());
    CHECK_FALSE(std::get<Hello>(*cut).resume_key.has_value());
  }
  CHECK_FALSE(is_taken(hello_of(4, required + text("resume_key") + "420001"), Strictness::vox_0_4));
}

TEST_CASE("r[rpc.metadata.value] metadata bytes are read from a byte string and from an array") {
  auto const with_value = [](std::string const& value) {
    return hello_of(4, required + text("metadata") + "81a3" + text("key") + text("k") +
                           text("value") + "a1" + text("Bytes") + value + text("flags") + "02");
  };
  auto const expected = bytes("01ff");
  Hello hello;
  hello.metadata.add({.key = "k", .value = ByteView{expected}, .flags = no_propagate});
  CHECK(decoded(with_value("4201ff")) == HandshakeMessage{hello});
  CHECK(decoded(with_value("820118ff")) == HandshakeMessage{hello});
  CHECK(to_hex(encode_handshake(hello)).find(text("Bytes") + "4201ff") != std::string::npos);
}

TEST_CASE("a metadata list has a limit") {
  auto const entry = "a3" + text("key") + text("k") + text("value") + "a1" + text("U64") + "00" +
                     text("flags") + "00";
  auto const payload = bytes(hello_of(4, required + text("metadata") + "82" + entry + entry));
  CHECK(decode_handshake(payload, Strictness::strict, {.metadata_entries_max = 2}).has_value());
  CHECK_FALSE(
      decode_handshake(payload, Strictness::strict, {.metadata_entries_max = 1}).has_value());
}

TEST_CASE("r[session.connection-settings] 0.4.0 cuts the request limit down, strict refuses it") {
  auto const wide = hello_of(3, text("parity") + odd + text("connection_settings") + "a2" +
                                    text("parity") + odd + text("max_concurrent_requests") +
                                    "1b0000000100000005" + text("message_payload_schema") + "80");
  CHECK_FALSE(is_taken(wide));
  auto const message = decoded(wide, Strictness::vox_0_4);
  REQUIRE(message.has_value());
  CHECK(std::get<Hello>(*message).connection_settings.max_concurrent_requests == 5);
}

TEST_CASE("r[session.handshake] anything but the four messages is a violation") {
  for (auto const& hex : {std::string{"f6"}, "a1" + text("Goodbye") + "a0", std::string{"a0"},
                          text("LetsGo"), "a2" + text("LetsGo") + "a0" + text("Sorry") + "a0",
                          "a1" + text("LetsGo") + "f6", "a1" + text("Hello") + "80"}) {
    CAPTURE(hex);
    CHECK_FALSE(is_taken(hex));
    CHECK_FALSE(is_taken(hex, Strictness::vox_0_4));
  }
}

TEST_CASE("r[session.handshake] handshake messages come back as they were sent") {
  voxspec::test::holds([](bool even, std::uint32_t requests, bool retry, bool has_key,
                          std::vector<std::pair<std::uint8_t, std::uint64_t>> const& entries) {
    HelloYourself hello{.connection_settings = {.parity = even ? Parity::even : Parity::odd,
                                                .max_concurrent_requests = requests},
                        .supports_retry = retry};
    if (has_key) hello.resume_key = ResumeKey{std::byte{7}};
    for (auto const& [key, number] : entries) {
      hello.metadata.add({.key = std::to_string(key), .value = number, .flags = key});
    }
    RC_ASSERT((decode_handshake(encode_handshake(hello)) == HandshakeMessage{hello}));
    Hello const first{.parity = opposite(hello.connection_settings.parity),
                      .connection_settings = hello.connection_settings,
                      .metadata = hello.metadata};
    RC_ASSERT((decode_handshake(encode_handshake(first)) == HandshakeMessage{first}));
  });
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
