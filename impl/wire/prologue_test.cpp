#include "impl/wire/prologue.hpp"

#include "conformance/testing/prefixes.hpp"
#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace vox::wire {
namespace {

Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}

TEST_SUITE_BEGIN("transport");

struct Golden {
  PrologueMessage message;
  std::string_view hex;
};
constexpr Golden goldens[] = {
    {TransportHello{.mode = ConduitMode::bare}, "564f544809000000"},
    {TransportHello{.mode = ConduitMode::stable}, "564f544809010000"},
    {TransportAccept{.mode = ConduitMode::bare}, "564f544109000000"},
    {TransportAccept{.mode = ConduitMode::stable}, "564f544109010000"},
    {TransportReject{}, "564f545209010000"},
    {TransportHello{.mode = ConduitMode{7}, .reserved = 0xbbaa}, "564f54480907aabb"},
};

TEST_CASE("r[transport.prologue] its three messages are 8 bytes of fixed layout") {
  for (auto const& [message, hex] : goldens) {
    CAPTURE(hex);
    CHECK(to_hex(encode_prologue(message)) == hex);
    CHECK(decode_prologue(bytes(hex)) == message);
    voxspec::test::every_prefix_fails(bytes(hex),
                                      [](ByteView prefix) { return decode_prologue(prefix); });
  }
}

TEST_CASE("r[transport.prologue.request] an acceptor takes either mode, whatever is reserved") {
  CHECK(decode_transport_hello(bytes("564f544809000000")) == ConduitMode::bare);
  CHECK(decode_transport_hello(bytes("564f54480901aabb")) == ConduitMode::stable);
}

struct Refused {
  std::string_view hex;
  std::string_view detail;
};

TEST_CASE("r[transport.prologue.request] an acceptor refuses everything else") {
  constexpr Refused refused[] = {
      {"", "transport prologue message size mismatch"},
      {"564f5448090000", "transport prologue message size mismatch"},
      {"564f54480900000000", "transport prologue message size mismatch"},
      {"564f544109000000", "transport hello magic mismatch"},
      {"0000000009000000", "transport hello magic mismatch"},
      {"564f544808000000", "unsupported transport version 8"},
      {"564f544809020000", "unknown conduit mode 2"},
  };
  for (auto const& [hex, detail] : refused) {
    CAPTURE(hex);
    auto const mode = decode_transport_hello(bytes(hex));
    REQUIRE_FALSE(mode.has_value());
    CHECK(mode.error().detail == detail);
  }
}

TEST_CASE("r[transport.prologue.accept] an initiator takes an accept of its mode, or a reject") {
  CHECK(decode_transport_answer(bytes("564f544109010000"), ConduitMode::stable) ==
        TransportAnswer{TransportAccept{.mode = ConduitMode::stable}});
  CHECK(decode_transport_answer(bytes("564f545209010000"), ConduitMode::stable) ==
        TransportAnswer{TransportReject{}});
}

TEST_CASE("r[transport.prologue.no-fallback] an accept of another mode is a violation") {
  auto const answer = decode_transport_answer(bytes("564f544109000000"), ConduitMode::stable);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().rule == Rule{"transport.prologue.no-fallback"});
  CHECK(answer.error().detail == "transport selected Bare, requested Stable");
}

TEST_CASE("r[transport.prologue.accept] an initiator refuses every other answer") {
  constexpr Refused refused[] = {
      {"564f54", "transport prologue message size mismatch"},
      {"564f5441", "transport prologue message size mismatch"},
      {"564f54410900000000", "transport prologue message size mismatch"},
      {"564f544809000000", "expected TransportAccept or TransportReject"},
      {"564f544108000000", "unsupported transport version 8"},
      {"564f545208010000", "unsupported transport version 8"},
      {"564f544109050000", "unknown conduit mode 5"},
      {"564f545209000000", "unknown transport reject reason 0"},
  };
  for (auto const& [hex, detail] : refused) {
    CAPTURE(hex);
    auto const answer = decode_transport_answer(bytes(hex), ConduitMode::bare);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().detail == detail);
  }
}

TEST_CASE("r[transport.prologue] every message of version 9 comes back as it was sent") {
  voxspec::test::holds([](std::uint8_t value, std::uint16_t reserved) {
    auto const comes_back = [](PrologueMessage const& message) {
      return decode_prologue(encode_prologue(message)) == message;
    };
    RC_ASSERT(comes_back(TransportHello{.mode = ConduitMode{value}, .reserved = reserved}));
    RC_ASSERT(comes_back(TransportAccept{.mode = ConduitMode{value}, .reserved = reserved}));
    RC_ASSERT(comes_back(TransportReject{.reason = RejectReason{value}, .reserved = reserved}));
  });
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
