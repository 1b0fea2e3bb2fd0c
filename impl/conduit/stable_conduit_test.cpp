#include "impl/conduit/stable_conduit.hpp"

#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::conduit;

namespace {

constexpr ResumeKey key(unsigned value) {
  ResumeKey made{};
  made[15] = static_cast<std::byte>(value);
  return made;
}

wire::Message ping(std::uint64_t nonce) {
  return {0, wire::Ping{nonce}};
}

Bytes sent(StableConduit& conduit, std::uint64_t nonce) {
  return to_bytes(conduit.send(ping(nonce)).value());
}

// The nonces of the pings in the payloads that the conduit lets through.
std::vector<std::uint64_t> received(StableConduit& conduit, std::vector<Bytes> const& payloads) {
  std::vector<std::uint64_t> nonces;
  for (auto const& payload : payloads) {
    auto const item = conduit.receive(payload).value();
    if (!item) continue;
    nonces.push_back(std::get<wire::Ping>(wire::decode_message(*item)->payload).nonce);
  }
  return nonces;
}

std::vector<Bytes> replayed(StableConduit const& conduit) {
  std::vector<Bytes> frames;
  for (std::size_t i = 0; i < conduit.replay().size(); ++i) {
    frames.push_back(to_bytes(conduit.replay().frame(i)));
  }
  return frames;
}

}  // namespace

TEST_SUITE("stable") {
  TEST_CASE(
      "r[stable.seq] numbers count from 0, and r[stable.ack] each frame says what was received") {
    StableConduit conduit;
    CHECK(to_hex(sent(conduit, 5)) == "000003000000000805");
    CHECK(conduit.receive(from_hex("0000030000000009 05").value()).value().has_value());
    CHECK(to_hex(sent(conduit, 6)) == "01010003000000000806");
  }
  TEST_CASE(
      "r[stable.seq.monotonic] a frame that came before is dropped, and its ack still counts") {
    StableConduit conduit;
    StableConduit peer;
    auto const first = sent(peer, 1);
    (void)sent(conduit, 7);
    CHECK(received(conduit, {first, first}) == std::vector<std::uint64_t>{1});
    auto const acknowledging = from_hex("00010003000000000801").value();
    CHECK(received(conduit, {acknowledging}).empty());
    CHECK(conduit.replay().size() == 0);
  }
  TEST_CASE("r[stable.ack.trim] an ack lets go of the frames up to it and no others") {
    StableConduit conduit;
    std::vector<Bytes> frames;
    for (std::uint64_t nonce = 0; nonce < 4; ++nonce)
      frames.push_back(sent(conduit, nonce));
    (void)conduit.receive(from_hex("00010103000000000801").value());
    CHECK(replayed(conduit) == std::vector<Bytes>{frames[2], frames[3]});
  }
  TEST_CASE("r[stable.replay-buffer] what the peer missed is sent again unchanged") {
    StableConduit client;
    StableConduit server;
    auto const hello = server.answer_client_hello(client.client_hello(), key(1));
    REQUIRE(client.handle_server_hello(hello));
    std::vector<Bytes> const frames{sent(client, 1), sent(client, 2), sent(client, 3)};
    CHECK(received(server, {frames[0]}) == std::vector<std::uint64_t>{1});

    // The link is lost with two frames under way.
    auto const again = client.client_hello();
    CHECK(again.resume_key == key(1));
    REQUIRE(client.handle_server_hello(server.answer_client_hello(again, key(2))));
    CHECK(replayed(client) == std::vector<Bytes>{frames[1], frames[2]});
    CHECK(received(server, replayed(client)) == std::vector<std::uint64_t>{2, 3});
    CHECK(client.client_hello().resume_key == key(2));
  }
  TEST_CASE("r[stable.reconnect.failure] a rejected key is the loss of the session") {
    StableConduit client;
    REQUIRE(client.handle_server_hello({false, key(1), std::nullopt}));
    auto const result = client.handle_server_hello(StableConduit::refuse_client_hello());
    REQUIRE_FALSE(result);
    CHECK(result.error().detail == "session lost: server rejected resume key");
    CHECK(client.lost());
    CHECK(client.send(ping(1)).error() == SendRefused::lost);
  }
  TEST_CASE("r[stable.seq] numbers wrap by the specification, and 0.4.0 goes deaf there") {
    for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
      StableOptions const options{.rulebook = rulebook, .first_seq = UINT32_MAX};
      StableConduit sender{options};
      StableConduit receiver{options};
      auto const nonces = received(receiver, {sent(sender, 1), sent(sender, 2)});
      CHECK(nonces.size() == (rulebook == Rulebook::spec ? 2 : 1));
    }
  }
  TEST_CASE("an unacknowledged flood is refused, not kept for ever, and goes on after an ack") {
    StableConduit conduit{{.replay_frames_max = 2}};
    (void)sent(conduit, 1);
    (void)sent(conduit, 2);
    CHECK(conduit.send(ping(3)).error() == SendRefused::replay_full);
    (void)conduit.receive(from_hex("00010003000000000801").value());
    CHECK(to_hex(sent(conduit, 3)).starts_with("02"));
    StableConduit narrow{{.replay_bytes_max = 8}};
    CHECK(narrow.send(ping(1)).error() == SendRefused::replay_full);
  }
  TEST_CASE("a payload that is no frame is a violation") {
    StableConduit conduit;
    CHECK_FALSE(conduit.receive(from_hex("0000ff000000").value()));
    CHECK_FALSE(conduit.receive({}));
  }
  TEST_CASE(
      "r[stable.replay-buffer.order] whatever links lose, everything arrives once and in order") {
    voxspec::test::holds([](std::vector<bool> const& delivered) {
      StableConduit client{{.first_seq = UINT32_MAX - 8}};
      StableConduit server{{.first_seq = 3}};
      unsigned attachment = 0;
      std::vector<std::uint64_t> expected;
      std::vector<std::uint64_t> arrived;
      auto const receive = [&](Bytes const& frame) {
        for (auto const nonce : received(server, {frame}))
          arrived.push_back(nonce);
      };
      auto const reconnect = [&] {
        auto const answer = server.answer_client_hello(client.client_hello(), key(++attachment));
        RC_ASSERT(client.handle_server_hello(answer).has_value());
        for (auto const& frame : replayed(client))
          receive(frame);
      };
      reconnect();
      std::uint64_t nonce = 0;
      for (bool const arrives : delivered) {
        expected.push_back(nonce);
        auto const frame = sent(client, nonce++);
        if (arrives) {
          receive(frame);
          // Now and then the server says something, which acknowledges.
          if (nonce % 3 == 0) RC_ASSERT(client.receive(sent(server, nonce)).has_value());
        } else {
          reconnect();
        }
      }
      RC_ASSERT(arrived == expected);
    });
  }
}
