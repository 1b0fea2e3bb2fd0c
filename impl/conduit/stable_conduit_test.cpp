#include "impl/conduit/stable_conduit.hpp"

#include "conformance/testing/property.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::conduit;

namespace {

using Nonces = std::vector<std::uint64_t>;

constexpr ResumeKey key(unsigned value) {
  ResumeKey made{};
  made[15] = static_cast<std::byte>(value);
  return made;
}

Bytes ping(std::uint64_t nonce) {
  return wire::encode_message({0, wire::Ping{nonce}});
}

// The next payload for the link; empty if there is none.
Bytes next(StableConduit& conduit) {
  wire::Buffer out;
  static_cast<void>(conduit.poll_transmit(out));
  return out.take();
}

// What the link gets now.
std::vector<Bytes> rest(StableConduit& conduit) {
  std::vector<Bytes> payloads;
  while (conduit.has_transmit())
    payloads.push_back(next(conduit));
  return payloads;
}

Bytes sent(StableConduit& conduit, std::uint64_t nonce) {
  REQUIRE(conduit.can_send());
  REQUIRE(conduit.send(ping(nonce), nonce));
  return next(conduit);
}

// The nonces of the pings in the payloads that the conduit lets through.
Nonces received(StableConduit& conduit, std::vector<Bytes> const& payloads) {
  Nonces nonces;
  for (auto const& payload : payloads) {
    auto const item = conduit.receive(payload).value();
    if (!item) continue;
    nonces.push_back(std::get<wire::Ping>(wire::decode_message(*item)->payload).nonce);
  }
  return nonces;
}

// A conduit with a link, whose peer has received nothing.
StableConduit attached(StableOptions const& options = {}) {
  StableConduit conduit{options};
  REQUIRE(conduit.attach(1, std::nullopt));
  return conduit;
}

// Both hellos on a new link.
Result<void> greet(StableConduit& client, StableConduit& server, LinkNumber link,
                   ResumeKey const& fresh_key) {
  static_cast<void>(server.answer_client_hello(link, client.client_hello(), fresh_key));
  return client.handle_server_hello(link, wire::decode_server_hello(next(server)).value());
}

}  // namespace

TEST_SUITE_BEGIN("stable");

TEST_CASE(
    "r[stable.seq] numbers count from 0, and r[stable.ack] each frame says what was received") {
  auto conduit = attached();
  CHECK(to_hex(sent(conduit, 5)) == "000003000000000805");
  CHECK(conduit.receive(from_hex("0000030000000009 05").value()).value().has_value());
  CHECK(to_hex(sent(conduit, 6)) == "01010003000000000806");
}

TEST_CASE("r[stable.seq.monotonic] a frame that came before is dropped, and its ack still counts") {
  auto conduit = attached();
  auto peer = attached();
  auto const first = sent(peer, 1);
  (void)sent(conduit, 7);
  CHECK(received(conduit, {first, first}) == Nonces{1});
  auto const acknowledging = from_hex("00010003000000000801").value();
  CHECK(received(conduit, {acknowledging}).empty());
  CHECK(conduit.replay().size() == 0);
}

TEST_CASE("r[stable.ack.trim] an ack lets go of the frames up to it and no others") {
  auto conduit = attached();
  std::vector<Bytes> frames;
  for (std::uint64_t nonce = 0; nonce < 4; ++nonce)
    frames.push_back(sent(conduit, nonce));
  (void)conduit.receive(from_hex("00010103000000000801").value());
  REQUIRE(conduit.attach(2, std::nullopt));
  CHECK(rest(conduit) == std::vector<Bytes>{frames[2], frames[3]});
}

TEST_CASE("r[stable.ack.trim] an ack of what has not gone out yet lets go of nothing") {
  auto conduit = attached();
  (void)sent(conduit, 1);
  REQUIRE(conduit.send(ping(2), 2));
  (void)conduit.receive(from_hex("00010103000000000801").value());
  CHECK(conduit.replay().size() == 1);
  REQUIRE(conduit.attach(2, Sequence{1}));
  CHECK(received(conduit, rest(conduit)) == Nonces{2});
}

TEST_CASE("r[stable.replay-buffer] what the peer missed is sent again unchanged") {
  StableConduit client;
  StableConduit server;
  REQUIRE(greet(client, server, 1, key(1)));
  std::vector<Bytes> const frames{sent(client, 1), sent(client, 2), sent(client, 3)};
  CHECK(received(server, {frames[0]}) == Nonces{1});

  // The link is lost with two frames under way.
  client.detach(1);
  server.detach(1);
  CHECK(client.client_hello().resume_key == key(1));
  REQUIRE(greet(client, server, 2, key(2)));
  auto const again = rest(client);
  CHECK(again == std::vector<Bytes>{frames[1], frames[2]});
  CHECK(received(server, again) == Nonces{2, 3});
  CHECK(client.client_hello().resume_key == key(2));
}

TEST_CASE("r[stable.replay-buffer.order] what is sent between two links follows the replay") {
  auto conduit = attached();
  (void)sent(conduit, 1);
  REQUIRE(conduit.send(ping(2), 2));
  conduit.detach(1);
  REQUIRE(conduit.send(ping(3), 3));
  CHECK_FALSE(conduit.has_transmit());
  REQUIRE(conduit.attach(2, std::nullopt));
  wire::Buffer out;
  CHECK(conduit.poll_transmit(out) == Transmitted{.tag = 1, .is_first = false});
  // The same while the new link is given what the old one has lost.
  REQUIRE(conduit.send(ping(4), 4));
  CHECK(conduit.poll_transmit(out) == Transmitted{.tag = 2, .is_first = true});
  CHECK(conduit.poll_transmit(out) == Transmitted{.tag = 3, .is_first = true});
  CHECK(conduit.poll_transmit(out) == Transmitted{.tag = 4, .is_first = true});
  CHECK_FALSE(conduit.poll_transmit(out));
}

TEST_CASE("a message is encoded into the replay buffer itself, and may be given up midway") {
  auto conduit = attached();
  wire::encode_message(conduit.begin(), {0, wire::Ping{9}});
  conduit.abandon();
  CHECK_FALSE(conduit.has_transmit());
  wire::encode_message(conduit.begin(), {0, wire::Ping{5}});
  REQUIRE(conduit.commit(1));
  CHECK(to_hex(next(conduit)) == "000003000000000805");
}

TEST_CASE("r[stable.reconnect] of two links the newer one stays, whichever is heard of first") {
  auto server = attached();
  REQUIRE(server.answer_client_hello(5, {}, key(5)));
  CHECK(wire::decode_server_hello(next(server))->resume_key == key(5));
  REQUIRE(server.answer_client_hello(4, {}, key(4)));
  CHECK(server.is_attached_to(5));
  CHECK(server.resume_key() == key(5));
  CHECK_FALSE(server.has_transmit());
  // The end of a link that was replaced means nothing.
  server.detach(4);
  server.detach(1);
  CHECK(server.is_attached());
  // Once the newer one is lost, too, the other will do.
  server.detach(5);
  REQUIRE(server.answer_client_hello(4, {}, key(6)));
  CHECK(server.is_attached_to(4));
}

TEST_CASE("r[stable.handshake.server-hello] a server's hello goes out before any frame") {
  auto server = attached();
  (void)sent(server, 1);
  REQUIRE(server.answer_client_hello(2, {}, key(2)));
  CHECK(wire::decode_server_hello(next(server)));
  CHECK(received(server, {next(server)}) == Nonces{1});
}

TEST_CASE("r[stable.reconnect.failure] a rejected key is the loss of the session") {
  StableConduit client;
  REQUIRE(client.handle_server_hello(1, {false, key(1), std::nullopt}));
  auto const result = client.handle_server_hello(2, StableConduit::refuse_client_hello());
  REQUIRE_FALSE(result);
  CHECK(result.error().detail == "session lost: server rejected resume key");
  CHECK(client.lost() == result.error().detail);
  CHECK_FALSE(client.can_send());
  CHECK(client.send(ping(1), 1).error() == SendRefused::lost);
}

TEST_CASE("r[stable.seq] numbers wrap by the specification, and 0.4.0 goes deaf there") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    StableOptions const options{.rulebook = rulebook, .first_seq = UINT32_MAX};
    auto sender = attached(options);
    auto receiver = attached(options);
    auto const nonces = received(receiver, {sent(sender, 1), sent(sender, 2)});
    CHECK(nonces.size() == (rulebook == Rulebook::spec ? 2 : 1));
  }
}

TEST_CASE("a full replay buffer lets its oldest frames go, and the link goes on") {
  auto conduit = attached({.replay_frames_max = 2});
  auto peer = attached();
  Nonces nonces;
  for (std::uint64_t nonce = 0; nonce < 6000; ++nonce) {
    for (auto const arrived : received(peer, {sent(conduit, nonce)}))
      nonces.push_back(arrived);
  }
  CHECK(nonces.size() == 6000);
  CHECK(conduit.replay().size() == 2);
  CHECK(conduit.let_go() == StableConduit::LetGo{.first = 0, .last = 5997});
}

TEST_CASE("r[stable.replay-buffer] a lost link ends a conduit that no longer keeps what it took") {
  auto server = attached({.replay_frames_max = 2});
  for (std::uint64_t nonce = 0; nonce < 5; ++nonce)
    (void)sent(server, nonce);
  server.detach(1);
  auto const answered =
      server.answer_client_hello(2, {.resume_key = {}, .last_received = 1}, key(2));
  REQUIRE_FALSE(answered);
  CHECK(answered.error().detail ==
        "stable conduit lost: frame 2 was never acknowledged and no longer kept when the link was "
        "lost");
  CHECK(server.lost() == answered.error().detail);
  // The client is told, and nothing else.
  CHECK(wire::decode_server_hello(next(server))->rejected);
  CHECK_FALSE(server.has_transmit());
}

TEST_CASE("r[stable.replay-buffer] a peer that has received what was let go costs nothing") {
  auto conduit = attached({.replay_frames_max = 2});
  for (std::uint64_t nonce = 0; nonce < 5; ++nonce)
    (void)sent(conduit, nonce);
  SUBCASE("as it says by an ack") {
    (void)conduit.receive(from_hex("00010203000000000801").value());
    CHECK_FALSE(conduit.let_go());
    CHECK(conduit.attach(2, std::nullopt));
  }
  SUBCASE("as it says on the next link") {
    CHECK(conduit.attach(2, Sequence{2}));
  }
  CHECK(received(conduit, rest(conduit)) == Nonces{3, 4});
}

TEST_CASE("what no link has got yet is never let go; instead nothing more is taken") {
  auto conduit = attached({.replay_frames_max = 2});
  REQUIRE(conduit.send(ping(1), 1));
  CHECK(conduit.can_send());
  REQUIRE(conduit.send(ping(2), 2));
  CHECK_FALSE(conduit.can_send());
  (void)next(conduit);
  CHECK(conduit.can_send());
  conduit.detach(1);
  CHECK_FALSE(conduit.can_send());
  CHECK_FALSE(conduit.let_go());
}

TEST_CASE("a frame that no payload can hold is refused, and costs no number") {
  auto conduit = attached({.frame_bytes_max = 9});
  CHECK(conduit.send(ping(300), 1).error() == SendRefused::too_large);
  CHECK_FALSE(conduit.has_transmit());
  CHECK(to_hex(sent(conduit, 5)) == "000003000000000805");
}

TEST_CASE("one frame beyond the limit of bytes is kept alone") {
  auto conduit = attached({.replay_bytes_max = 8});
  (void)sent(conduit, 1);
  CHECK(conduit.replay().size() == 1);
  (void)sent(conduit, 2);
  CHECK(conduit.replay().size() == 1);
  CHECK(conduit.let_go() == StableConduit::LetGo{.first = 0, .last = 0});
}

TEST_CASE("a payload that is no frame is a violation") {
  auto conduit = attached();
  CHECK_FALSE(conduit.receive(from_hex("0000ff000000").value()));
  CHECK_FALSE(conduit.receive({}));
}

TEST_SUITE_END();
