#include "impl/rpc/establishment_test.hpp"

#include <optional>
#include <utility>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

TEST_SUITE_BEGIN("rpc");

TEST_CASE(
    "r[transport.prologue.no-fallback] an initiator takes the mode that it asked for, or none") {
  auto side = initiator();
  CHECK(said(side) == std::vector<Bytes>{bytes("564f544809000000")});
  SUBCASE("another mode") {
    hear(side, transport(wire::TransportAccept{.mode = ConduitMode::stable}));
    CHECK(text_of(side) == "protocol error: transport selected Stable, requested Bare");
  }
  SUBCASE("a reject") {
    hear(side, transport(wire::TransportReject{}));
    CHECK(text_of(side) == "protocol error: transport rejected: unsupported conduit mode");
  }
  CHECK(said(side).empty());
}

TEST_CASE("r[transport.prologue.reject-close] an acceptor refuses a mode that it does not know") {
  for (auto const rulebook : both_rulebooks) {
    auto side = acceptor(rulebook);
    hear(side, bytes("564f544809020000"));
    CHECK(text_of(side) == "protocol error: unknown conduit mode 2");
    auto const answer = said(side);
    if (rulebook == Rulebook::spec) {
      CHECK(answer == std::vector<Bytes>{transport(wire::TransportReject{})});
    } else {
      CHECK(answer.empty());
    }
  }
}

TEST_CASE("r[transport.prologue.request] what is no transport hello gets no answer") {
  auto side = acceptor();
  hear(side, as_bytes("GET / HTTP/1.1"));
  CHECK(text_of(side) == "protocol error: transport prologue message size mismatch");
  CHECK(said(side).empty());
}

TEST_CASE("r[core.E1] a peer that leaves early is a protocol error that says when") {
  auto client = initiator();
  auto server = acceptor();
  SUBCASE("in the prologue") {
    client.lose_link("the other end no longer receives");
    CHECK(text_of(client) == "io error: the other end no longer receives");
    server.lose_link("");
    CHECK(text_of(server) == "protocol error: link closed during transport prologue");
  }
  SUBCASE("in the handshake") {
    hear(client, transport(wire::TransportAccept{}));
    client.lose_link("");
    CHECK(text_of(client) == "protocol error: peer closed during handshake");
    hear(server, transport(wire::TransportHello{}));
    server.lose_link("reset");
    CHECK(text_of(server) == "io error: reset");
  }
  SUBCASE("where a stable conduit is expected") {
    hear(server, transport(wire::TransportHello{.mode = ConduitMode::stable}));
    server.lose_link("");
    CHECK(text_of(server) == "protocol error: peer closed during handshake");
  }
}

TEST_CASE("r[transport.prologue] r[stable.handshake] both ends come to agree, in either mode") {
  for (auto const mode : both_modes) {
    for (auto const rulebook : both_rulebooks) {
      auto client = initiator(rulebook, mode);
      auto server = acceptor(rulebook);
      auto const payloads = converse(client, server);
      CHECK(payloads.size() == (mode == ConduitMode::bare ? 5 : 7));
      auto const& ours = outcome_of<NewSession>(client);
      auto const& theirs = outcome_of<NewSession>(server);
      CHECK(ours.mode == mode);
      CHECK(theirs.mode == mode);
      CHECK(ours.handshake.resume_key == key_of(1));
      CHECK(ours.handshake.peer_settings == theirs.handshake.our_settings);
      CHECK(theirs.handshake.peer_settings == ours.handshake.our_settings);
      CHECK(ours.stable.has_value() == (mode == ConduitMode::stable));
      CHECK(theirs.stable.has_value() == ours.stable.has_value());
      if (!ours.stable || !theirs.stable) continue;
      CHECK(ours.stable->resume_key() == key_of(100));
      CHECK(ours.stable->is_attached_to(1));
      CHECK(theirs.stable->has_transmit());
    }
  }
}

TEST_CASE("r[transport.prologue.post-accept] an initiator says nothing between hello and accept") {
  auto side = initiator(Rulebook::spec, ConduitMode::stable);
  CHECK(said(side).size() == 1);
  CHECK(said(side).empty());
  hear(side, transport(wire::TransportAccept{.mode = ConduitMode::stable}));
  auto const hello = said(side);
  REQUIRE(hello.size() == 1);
  CHECK(std::holds_alternative<wire::Hello>(wire::decode_handshake(hello.front()).value()));
}

TEST_CASE("an establishment that takes too long is a connect timeout") {
  auto side = acceptor();
  auto const deadline = side.next_deadline();
  REQUIRE(deadline == begin + Limits{}.establishment_time);
  side.reach_deadline(*deadline - Duration{1});
  CHECK(text_of(side) == "under way");
  SUBCASE("silence") {
    side.reach_deadline(*deadline);
  }
  SUBCASE("a payload that comes too late") {
    side.receive(*deadline, transport(wire::TransportHello{}));
    CHECK(said(side).empty());
  }
  CHECK(text_of(side) == "connect timeout");
  CHECK_FALSE(side.next_deadline());
}

TEST_CASE("a payload before the session has a limit of its own") {
  auto options = as(Role::acceptor, Rulebook::vox_0_4);
  options.handshake.limits.establishment_bytes_max = 100;
  Establishment side{begin, options};
  CHECK(side.payload_bytes_max() == 100);
  hear(side, transport(wire::TransportHello{}));
  hear(side, Bytes(101));
  CHECK(text_of(side) ==
        "protocol error: a payload of 101 bytes before the session is established");
}

TEST_CASE("once there is a session a payload has the session's limit, and a frame beside it") {
  for (auto const mode : both_modes) {
    Limits limits;
    limits.establishment_bytes_max = 50'000;
    limits.frame_bytes_max = 100'000;
    auto const options = [&](Role role) {
      auto wanted = as(role, Rulebook::vox_0_4, mode);
      wanted.handshake.limits = limits;
      return wanted;
    };
    Establishment near{begin, options(Role::initiator)};
    Establishment far{begin, options(Role::acceptor)};
    CHECK(near.payload_bytes_max() == 50'000);
    converse(near, far);
    REQUIRE(text_of(near) == "established");
    REQUIRE(text_of(far) == "established");
    auto const beside = mode == ConduitMode::stable ? wire::stable_frame_overhead_max : 0;
    CHECK(near.payload_bytes_max() == 100'000 + beside);
    CHECK(far.payload_bytes_max() == 100'000 + beside);
  }
}

TEST_CASE("a payload that the link did not read for its length fails an establishment for good") {
  Establishment side{begin, as(Role::acceptor, Rulebook::vox_0_4)};
  side.refuse_payload("a frame of 9 bytes exceeds the limit of 8");
  CHECK(text_of(side) ==
        "protocol error: a frame of 9 bytes exceeds the limit of 8 before the session is "
        "established");
}

TEST_CASE("an establishment near the end of the clock has a deadline") {
  auto options = as(Role::acceptor, Rulebook::spec);
  Establishment const side{TimePoint::max() - Duration{1}, options};
  CHECK(side.next_deadline() == TimePoint::max());
}

TEST_SUITE_END();

}  // namespace
