#include "impl/rpc/establishment.hpp"

#include "conformance/testing/property.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/prologue.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace vox;
using namespace vox::rpc;

constexpr TimePoint begin{};
constexpr auto both_rulebooks = {Rulebook::vox_0_4, Rulebook::spec};
constexpr auto both_modes = {ConduitMode::bare, ConduitMode::stable};

constexpr ResumeKey key(unsigned value) {
  ResumeKey made{};
  made[15] = static_cast<std::byte>(value);
  return made;
}

EstablishmentOptions as(Role role, Rulebook rulebook, ConduitMode mode = ConduitMode::bare) {
  EstablishmentOptions options{.mode = mode, .fresh_key = [] { return key(100); }, .link = 1};
  options.handshake.role = role;
  options.handshake.rulebook = rulebook;
  options.handshake.settings.parity = role == Role::initiator ? Parity::odd : Parity::even;
  options.handshake.service = "Echo";
  if (role == Role::acceptor) options.handshake.resume_key = key(1);
  return options;
}

Establishment initiator(Rulebook rulebook = Rulebook::spec, ConduitMode mode = ConduitMode::bare) {
  return {begin, as(Role::initiator, rulebook, mode)};
}
Establishment acceptor(Rulebook rulebook = Rulebook::spec, SessionRegistry* registry = nullptr) {
  return {begin, as(Role::acceptor, rulebook), registry};
}

// What the side says now.
std::vector<Bytes> said(Establishment& side) {
  std::vector<Bytes> payloads;
  wire::Buffer out;
  while (side.poll_transmit(out)) {
    payloads.push_back(out.take());
    out.clear();
  }
  return payloads;
}

void hear(Establishment& side, ByteView payload) {
  side.receive(begin, payload);
}

std::string text_of(Establishment const& side) {
  if (!side.is_over()) return "under way";
  return side.outcome() ? "established" : side.outcome().error().text();
}

// A side with the stable conduit that comes of it, which says the hello of an acceptor itself.
class End {
 public:
  explicit End(Establishment& side) : side_{side} {}

  [[nodiscard]] std::vector<Bytes> say() {
    auto payloads = said(side_);
    if (!side_.is_over() || !side_.outcome() || std::exchange(has_ended_, true)) return payloads;
    auto const* const established = std::get_if<NewSession>(&*side_.outcome());
    if (established == nullptr || !established->stable) return payloads;
    if (!established->stable->has_transmit()) return payloads;
    wire::ServerHello const hello{.resume_key = *established->stable->resume_key()};
    payloads.push_back(to_bytes(wire::encode_server_hello(hello)));
    return payloads;
  }
  void hear(ByteView payload) { side_.receive(begin, payload); }

 private:
  Establishment& side_;
  bool has_ended_ = false;
};

// The two say everything to each other; `touch` may change or, by saying no, drop a payload. The
// result is what was said, in order.
template <class Touch>
std::vector<Bytes> converse(Establishment& client, Establishment& server, Touch touch) {
  std::vector<Bytes> all;
  End initiating{client};
  End accepting{server};
  for (bool moves = true; moves;) {
    moves = false;
    for (auto [from, to] : {std::pair{&initiating, &accepting}, {&accepting, &initiating}}) {
      for (auto& payload : from->say()) {
        moves = true;
        bool const arrives = touch(payload, all.size());
        if (arrives) to->hear(payload);
        all.push_back(payload);
      }
    }
  }
  return all;
}
std::vector<Bytes> converse(Establishment& client, Establishment& server) {
  return converse(client, server, [](Bytes&, std::size_t) { return true; });
}

Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}
Bytes transport(wire::PrologueMessage const& message) {
  return to_bytes(wire::encode_prologue(message));
}

template <class Alternative>
Alternative const& outcome_of(Establishment const& side) {
  INFO(text_of(side));
  REQUIRE(side.is_over());
  REQUIRE(side.outcome());
  return std::get<Alternative>(*side.outcome());
}

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
      CHECK(ours.handshake.resume_key == key(1));
      CHECK(ours.handshake.peer_settings == theirs.handshake.our_settings);
      CHECK(theirs.handshake.peer_settings == ours.handshake.our_settings);
      CHECK(ours.stable.has_value() == (mode == ConduitMode::stable));
      CHECK(theirs.stable.has_value() == ours.stable.has_value());
      if (!ours.stable || !theirs.stable) continue;
      CHECK(ours.stable->resume_key() == key(100));
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

TEST_CASE("r[core.M5] a known key resumes its session, an unknown one begins another") {
  for (auto const rulebook : both_rulebooks) {
    SessionRegistry registry{rulebook};
    registry.established(key(9), 11);
    REQUIRE_FALSE(registry.detached(begin, 11));
    for (auto const presented : {std::optional{key(9)}, std::optional{key(8)}, {}}) {
      auto options = as(Role::initiator, rulebook);
      options.handshake.resume_key = presented;
      options.handshake.is_recovery = true;
      Establishment client{begin, options};
      auto server = acceptor(rulebook, &registry);
      static_cast<void>(converse(client, server));
      CHECK(outcome_of<ResumeSession>(client).handshake.resume_key == key(1));
      if (presented == key(9)) {
        auto const& resumed = outcome_of<ResumeSession>(server);
        CHECK(resumed.session == 11);
        CHECK(resumed.handshake.presented_key == key(9));
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
    registry.established(key(9), 11);
    auto options = as(Role::initiator, rulebook);
    options.handshake.resume_key = key(9);
    Establishment client{begin, options};
    auto server = acceptor(rulebook, &registry);
    static_cast<void>(converse(client, server));
    if (rulebook == Rulebook::spec) {
      CHECK(outcome_of<ResumeSession>(server).session == 11);
    } else {
      CHECK(text_of(server) ==
            "protocol error: resume is only valid while the session is disconnected");
      CHECK_FALSE(registry.find(key(9)));
    }
  }
}

TEST_CASE("r[core.M5] 0.4.0 resumes on bare conduits only, the specification on either") {
  for (auto const rulebook : both_rulebooks) {
    SessionRegistry registry{rulebook};
    registry.established(key(9), 11);
    REQUIRE_FALSE(registry.detached(begin, 11));
    auto options = as(Role::initiator, rulebook, ConduitMode::stable);
    options.handshake.resume_key = key(9);
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

// A client with a stable conduit that has lost its link.
EstablishmentOptions lost_client(Rulebook rulebook, std::optional<ResumeKey> const& known) {
  auto options = as(Role::initiator, rulebook, ConduitMode::stable);
  options.stable_resume = wire::ClientHello{.resume_key = known, .last_received = 7};
  return options;
}

TEST_CASE("r[stable.reconnect] a stable conduit takes another link without a handshake") {
  SessionRegistry registry{Rulebook::spec};
  registry.conduit_issued(key(5), std::nullopt, 11);
  Establishment client{begin, lost_client(Rulebook::spec, key(5))};
  auto server = acceptor(Rulebook::spec, &registry);
  CHECK(converse(client, server).size() == 3);
  auto const& resumed = outcome_of<ResumeConduit>(server);
  CHECK(resumed.session == 11);
  CHECK(std::get<wire::ClientHello>(resumed.hello) ==
        wire::ClientHello{.resume_key = key(5), .last_received = 7});
  wire::ServerHello const answer{.resume_key = key(6), .last_received = 3};
  hear(client, wire::encode_server_hello(answer));
  CHECK(std::get<wire::ServerHello>(outcome_of<ResumeConduit>(client).hello) == answer);
}

TEST_CASE("r[stable.reconnect.failure] a conduit that is not known is refused, by its flag") {
  SessionRegistry registry{Rulebook::spec};
  registry.conduit_issued(key(5), std::nullopt, 11);
  for (auto const presented : {std::optional{key(6)}, std::optional<ResumeKey>{}}) {
    Establishment client{begin, lost_client(Rulebook::spec, presented)};
    auto server = acceptor(Rulebook::spec, &registry);
    static_cast<void>(converse(client, server));
    CHECK(text_of(server) == "protocol error: stable conduit unknown");
    CHECK(text_of(client) == "protocol error: session lost: server rejected resume key");
  }
}

TEST_CASE("r[stable.reconnect] an acceptor of 0.4.0 takes no stable conduit up again") {
  SessionRegistry registry{Rulebook::vox_0_4};
  registry.conduit_issued(key(5), std::nullopt, 11);
  Establishment client{begin, lost_client(Rulebook::vox_0_4, key(5))};
  auto server = acceptor(Rulebook::vox_0_4, &registry);
  static_cast<void>(converse(client, server));
  CHECK(text_of(server).starts_with("protocol error: handshake decode error: "));
  CHECK(text_of(client) == "under way");
}

TEST_CASE("r[stable.handshake] a broken link may be replaced while a conduit is taken up again") {
  Establishment again{begin, lost_client(Rulebook::spec, key(5))};
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

TEST_CASE("an establishment near the end of the clock has a deadline") {
  auto options = as(Role::acceptor, Rulebook::spec);
  Establishment const side{TimePoint::max() - Duration{1}, options};
  CHECK(side.next_deadline() == TimePoint::max());
}

// Everything that a pair may say, and which end hears it.
struct Setting {
  Rulebook rulebook;
  ConduitMode mode;
  bool is_resumed;

  [[nodiscard]] Establishment client() const {
    auto options = as(Role::initiator, rulebook, mode);
    if (is_resumed && mode == ConduitMode::stable) options = lost_client(rulebook, key(5));
    if (is_resumed && mode == ConduitMode::bare) options.handshake.resume_key = key(9);
    return {begin, options};
  }
  [[nodiscard]] Establishment server(SessionRegistry& registry) const {
    registry.conduit_issued(key(5), std::nullopt, 11);
    registry.established(key(9), 11);
    static_cast<void>(registry.detached(begin, 11));
    return acceptor(rulebook, &registry);
  }
};

template <class Body>
void in_every_setting(Body body) {
  for (auto const rulebook : both_rulebooks) {
    for (auto const mode : both_modes) {
      for (bool const is_resumed : {false, true})
        body(Setting{.rulebook = rulebook, .mode = mode, .is_resumed = is_resumed});
    }
  }
}

// How many payloads the pair exchanges.
std::size_t payloads_of(Setting const& setting) {
  SessionRegistry registry{setting.rulebook};
  auto client = setting.client();
  auto server = setting.server(registry);
  return converse(client, server).size();
}

TEST_CASE("wherever the link is lost, both ends come to an end") {
  in_every_setting([](Setting const& setting) {
    auto const count = payloads_of(setting);
    for (std::size_t cut = 0; cut <= count; ++cut) {
      SessionRegistry registry{setting.rulebook};
      auto client = setting.client();
      auto server = setting.server(registry);
      static_cast<void>(converse(client, server, [cut](Bytes&, std::size_t i) { return i < cut; }));
      for (auto* const side : {&client, &server}) {
        side->lose_link(cut % 2 == 0 ? "" : "reset");
        REQUIRE(side->is_over());
        CHECK_FALSE(side->next_deadline());
        CHECK((side->outcome() || !side->outcome().error().text().empty()));
      }
    }
  });
}

// One payload is spoiled; then the one that hears it may fail, wait or go on, but in time there is
// an end.
template <class Spoil>
void hears_spoiled(Setting const& setting, std::size_t which, Spoil spoil) {
  SessionRegistry registry{setting.rulebook};
  auto client = setting.client();
  auto server = setting.server(registry);
  static_cast<void>(converse(client, server, [&](Bytes& payload, std::size_t i) {
    if (i == which) spoil(payload);
    return true;
  }));
  for (auto* const side : {&client, &server}) {
    if (auto const deadline = side->next_deadline()) side->reach_deadline(*deadline);
    REQUIRE(side->is_over());
    REQUIRE((side->outcome() || !side->outcome().error().text().empty()));
  }
}

TEST_CASE("whatever of a payload is missing or wrong, both ends come to an end") {
  in_every_setting([](Setting const& setting) {
    auto const count = payloads_of(setting);
    for (std::size_t which = 0; which < count; ++which) {
      // Every prefix of a short payload, some of a long one; and so with bits.
      for (std::size_t i = 0; i < 32; ++i) {
        hears_spoiled(setting, which, [i](Bytes& payload) {
          payload.resize(payload.size() <= 32 ? std::min(i, payload.size() - 1)
                                              : payload.size() * i / 32);
        });
      }
      for (std::size_t i = 0; i < std::size_t{32} * 8; ++i) {
        hears_spoiled(setting, which, [i](Bytes& payload) {
          payload[(i / 8) % payload.size()] ^= static_cast<std::byte>(1U << (i % 8));
        });
      }
    }
  });
}

TEST_CASE("any payloads come to an end, and what is said to them can be read") {
  voxspec::test::holds([](std::vector<std::vector<std::uint8_t>> const& payloads, bool initiates,
                          bool spec, bool stable, std::uint8_t opening) {
    auto const rulebook = spec ? Rulebook::spec : Rulebook::vox_0_4;
    Setting const setting{.rulebook = rulebook,
                          .mode = stable ? ConduitMode::stable : ConduitMode::bare,
                          .is_resumed = opening % 2 == 0};
    SessionRegistry registry{rulebook};
    auto side = initiates ? setting.client() : setting.server(registry);
    if (opening % 4 != 0) {
      hear(side, initiates ? transport(wire::TransportAccept{.mode = setting.mode})
                           : transport(wire::TransportHello{.mode = setting.mode}));
    }
    for (auto const& payload : payloads)
      hear(side, std::as_bytes(std::span{payload}));
    for (auto const& payload : said(side)) {
      bool const is_readable = wire::decode_prologue(payload) || wire::decode_handshake(payload) ||
                               wire::decode_client_hello(payload) ||
                               wire::decode_server_hello(payload);
      RC_ASSERT(is_readable);
    }
    if (auto const deadline = side.next_deadline()) side.reach_deadline(*deadline);
    RC_ASSERT(side.is_over());
  });
}

TEST_SUITE_END();

}  // namespace
