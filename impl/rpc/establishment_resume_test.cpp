// Links that bring a session or a stable conduit back.
#include "impl/rpc/establishment_test.hpp"

#include <optional>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

TEST_SUITE_BEGIN("rpc");

TEST_CASE("r[core.M5] a known key resumes its session, an unknown one begins another") {
  for (auto const rulebook : both_rulebooks) {
    SessionRegistry registry{rulebook};
    registry.established(key_of(9), 11);
    REQUIRE_FALSE(registry.detached(begin, 11));
    for (auto const presented : {std::optional{key_of(9)}, std::optional{key_of(8)}, {}}) {
      auto options = as(Role::initiator, rulebook);
      options.handshake.resume_key = presented;
      options.handshake.is_recovery = true;
      Establishment client{begin, options};
      auto server = acceptor(rulebook, &registry);
      static_cast<void>(converse(client, server));
      CHECK(outcome_of<ResumeSession>(client).handshake.resume_key == key_of(1));
      if (presented == key_of(9)) {
        auto const& resumed = outcome_of<ResumeSession>(server);
        CHECK(resumed.session == 11);
        CHECK(resumed.handshake.presented_key == key_of(9));
      } else {
        CHECK(outcome_of<NewSession>(server).handshake.presented_key == presented);
      }
    }
  }
}

TEST_CASE(
    "r[session.handshake.resume] r[core.L2] a session that has a link takes the newer one by the "
    "specification, and refuses it in 0.4.0") {
  for (auto const rulebook : both_rulebooks) {
    SessionRegistry registry{rulebook};
    registry.established(key_of(9), 11);
    auto options = as(Role::initiator, rulebook);
    options.handshake.resume_key = key_of(9);
    Establishment client{begin, options};
    auto server = acceptor(rulebook, &registry);
    static_cast<void>(converse(client, server));
    if (rulebook == Rulebook::spec) {
      CHECK(outcome_of<ResumeSession>(server).session == 11);
    } else {
      CHECK(text_of(server) ==
            "protocol error: resume is only valid while the session is disconnected");
      CHECK_FALSE(registry.find(key_of(9)));
    }
  }
}

TEST_CASE("r[core.M5] 0.4.0 resumes on bare conduits only, the specification on either") {
  for (auto const rulebook : both_rulebooks) {
    SessionRegistry registry{rulebook};
    registry.established(key_of(9), 11);
    REQUIRE_FALSE(registry.detached(begin, 11));
    auto options = as(Role::initiator, rulebook, ConduitMode::stable);
    options.handshake.resume_key = key_of(9);
    Establishment client{begin, options};
    auto server = acceptor(rulebook, &registry);
    hear(server, said(client).front());
    hear(client, said(server).front());
    hear(server, said(client).front());
    hear(client, said(server).front());
    for (auto const& payload : said(client))
      hear(server, payload);
    if (rulebook == Rulebook::spec) {
      CHECK(outcome_of<ResumeSession>(server).stable);
    } else {
      CHECK(outcome_of<NewSession>(server).stable);
    }
  }
}

TEST_CASE("r[stable.reconnect] a stable conduit takes another link without a handshake") {
  SessionRegistry registry{Rulebook::spec};
  registry.conduit_issued(key_of(5), std::nullopt, 11);
  Establishment client{begin, lost_client(Rulebook::spec, key_of(5))};
  auto server = acceptor(Rulebook::spec, &registry);
  CHECK(converse(client, server).size() == 3);
  auto const& resumed = outcome_of<ResumeConduit>(server);
  CHECK(resumed.session == 11);
  CHECK(std::get<wire::ClientHello>(resumed.hello) ==
        wire::ClientHello{.resume_key = key_of(5), .last_received = 7});
  wire::ServerHello const answer{.resume_key = key_of(6), .last_received = 3};
  hear(client, wire::encode_server_hello(answer));
  CHECK(std::get<wire::ServerHello>(outcome_of<ResumeConduit>(client).hello) == answer);
}

TEST_CASE("r[stable.reconnect.failure] a conduit that is not known is refused, by its flag") {
  SessionRegistry registry{Rulebook::spec};
  registry.conduit_issued(key_of(5), std::nullopt, 11);
  for (auto const presented : {std::optional{key_of(6)}, std::optional<ResumeKey>{}}) {
    Establishment client{begin, lost_client(Rulebook::spec, presented)};
    auto server = acceptor(Rulebook::spec, &registry);
    static_cast<void>(converse(client, server));
    CHECK(text_of(server) == "protocol error: stable conduit unknown");
    CHECK(text_of(client) == "protocol error: session lost: server rejected resume key");
  }
}

TEST_CASE("r[stable.reconnect] an acceptor of 0.4.0 takes no stable conduit up again") {
  SessionRegistry registry{Rulebook::vox_0_4};
  registry.conduit_issued(key_of(5), std::nullopt, 11);
  Establishment client{begin, lost_client(Rulebook::vox_0_4, key_of(5))};
  auto server = acceptor(Rulebook::vox_0_4, &registry);
  static_cast<void>(converse(client, server));
  CHECK(text_of(server).starts_with("protocol error: handshake decode error: "));
  CHECK(text_of(client) == "under way");
}

TEST_CASE("r[stable.handshake] a broken link may be replaced while a conduit is taken up again") {
  Establishment again{begin, lost_client(Rulebook::spec, key_of(5))};
  hear(again, transport(wire::TransportAccept{.mode = ConduitMode::stable}));
  again.lose_link("");
  REQUIRE(again.is_over());
  CHECK(again.outcome().error().retryable());

  auto first = initiator(Rulebook::spec, ConduitMode::stable);
  auto server = acceptor();
  hear(server, said(first).front());
  hear(first, said(server).front());
  hear(server, said(first).front());
  hear(first, said(server).front());
  first.lose_link("reset");
  CHECK(text_of(first) == "protocol error: stable conduit setup failed: reset");
}

TEST_CASE("r[stable.handshake.client-hello] 0.4.0 looks at a client's hello for its size only") {
  for (auto const rulebook : both_rulebooks) {
    auto client = initiator(rulebook, ConduitMode::stable);
    auto server = acceptor(rulebook);
    hear(server, said(client).front());
    hear(client, said(server).front());
    hear(server, said(client).front());
    hear(client, said(server).front());
    hear(server, said(client).front());  // LetsGo
    hear(server, Bytes(25, std::byte{'X'}));
    CHECK(text_of(server) ==
          (rulebook == Rulebook::spec
               ? "protocol error: stable conduit setup failed: a stable hello has the wrong magic"
               : "established"));
  }
}

TEST_SUITE_END();

}  // namespace
