// Links that are lost on the way, and payloads that are wrong.
#include "conformance/testing/property.hpp"
#include "impl/rpc/establishment_test.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

TEST_SUITE_BEGIN("rpc");

// Everything that a pair may say, and which end hears it.
struct Setting {
  Rulebook rulebook;
  ConduitMode mode;
  bool is_resumed;

  [[nodiscard]] Establishment client() const {
    auto options = as(Role::initiator, rulebook, mode);
    if (is_resumed && mode == ConduitMode::stable) options = lost_client(rulebook, key_of(5));
    if (is_resumed && mode == ConduitMode::bare) options.handshake.resume_key = key_of(9);
    return {begin, options};
  }
  [[nodiscard]] Establishment server(SessionRegistry& registry) const {
    registry.conduit_issued(key_of(5), std::nullopt, 11);
    registry.established(key_of(9), 11);
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
