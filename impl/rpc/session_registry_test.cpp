#include "impl/rpc/session_registry.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>

namespace {

using namespace vox;
using namespace vox::rpc;

constexpr ResumeKey key(unsigned value) {
  ResumeKey made{};
  made[15] = static_cast<std::byte>(value);
  return made;
}

constexpr TimePoint at(int seconds) {
  return TimePoint{std::chrono::seconds{seconds}};
}

TEST_SUITE_BEGIN("rpc");

TEST_CASE("r[core.M5] a known key finds its session, an unknown or absent one finds none") {
  SessionRegistry registry{Rulebook::vox_0_4};
  registry.established(key(1), 11);
  CHECK(registry.find(key(1)) == 11);
  CHECK_FALSE(registry.find(key(2)));
  CHECK_FALSE(registry.find(std::nullopt));
}

TEST_CASE("r[core.M5] a session that refused to be resumed, or ended, is not found again") {
  SessionRegistry registry{Rulebook::vox_0_4};
  registry.established(key(1), 11);
  registry.refused(key(1));
  CHECK_FALSE(registry.find(key(1)));
  registry.established(key(2), 12);
  registry.established(key(3), 13);
  registry.ended(12);
  CHECK_FALSE(registry.find(key(2)));
  CHECK(registry.find(key(3)) == 13);
}

TEST_CASE("r[core.M5] by the specification a refused link does not cost the session its key") {
  SessionRegistry registry{Rulebook::spec};
  registry.established(key(1), 11);
  registry.refused(key(1));
  CHECK(registry.find(key(1)) == 11);
}

TEST_CASE("r[core.M5] 0.4.0 knows a session by its first key for ever") {
  SessionRegistry shipped{Rulebook::vox_0_4};
  shipped.established(key(1), 11);
  shipped.resumed(key(1), key(2), 11);
  CHECK(shipped.find(key(1)) == 11);
  CHECK_FALSE(shipped.find(key(2)));
  SessionRegistry spec{Rulebook::spec};
  spec.established(key(1), 11);
  spec.resumed(key(1), key(2), 11);
  CHECK(spec.find(key(2)) == 11);
  CHECK_FALSE(spec.find(key(1)));
}

TEST_CASE("r[core.L2] in 0.4.0 a session that has a link refuses another, and loses its key") {
  SessionRegistry registry{Rulebook::vox_0_4};
  registry.established(key(1), 11);
  auto const refused = registry.admit(key(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text() ==
        "protocol error: resume is only valid while the session is disconnected");
  CHECK(registry.admit(key(1)) == std::nullopt);

  registry.established(key(2), 12);
  CHECK_FALSE(registry.detached(at(0), 12));
  CHECK(registry.admit(key(2)) == 12);
}

TEST_CASE("r[session.handshake.resume] by the specification a session takes the newer link") {
  SessionRegistry registry{Rulebook::spec};
  registry.established(key(1), 11);
  CHECK(registry.admit(key(1)) == 11);
  CHECK(registry.admit(key(2)) == std::nullopt);
}

TEST_CASE("r[stable.resume-key] a conduit is known by its newest key and the one before") {
  SessionRegistry registry{Rulebook::spec};
  registry.conduit_issued(key(1), std::nullopt, 11);
  CHECK(registry.find_conduit(key(1)) == 11);
  CHECK_FALSE(registry.find(key(1)));
  registry.conduit_issued(key(2), key(1), 11);
  CHECK(registry.find_conduit(key(1)) == 11);
  CHECK(registry.find_conduit(key(2)) == 11);
  // The client has not heard of the second, and then not of the third.
  registry.conduit_issued(key(3), key(1), 11);
  CHECK(registry.find_conduit(key(1)) == 11);
  CHECK_FALSE(registry.find_conduit(key(2)));
  registry.conduit_issued(key(4), key(3), 11);
  CHECK_FALSE(registry.find_conduit(key(1)));
  CHECK(registry.find_conduit(key(3)) == 11);
  registry.conduit_ended(11);
  CHECK_FALSE(registry.find_conduit(key(3)));
  CHECK_FALSE(registry.find_conduit(key(4)));
}

TEST_CASE("a conduit's client cannot make the key of another one its own") {
  SessionRegistry registry{Rulebook::spec};
  registry.conduit_issued(key(1), std::nullopt, 11);
  registry.conduit_issued(key(2), key(1), 12);
  CHECK(registry.find_conduit(key(1)) == 11);
  CHECK(registry.find_conduit(key(2)) == 12);
}

TEST_CASE("of too many sessions that wait the one that has waited longest has to end") {
  SessionRegistry registry{Rulebook::spec, {.sessions_waiting_max = 2}};
  for (SessionNumber session : {11U, 12U, 13U})
    registry.established(key(static_cast<unsigned>(session)), session);
  CHECK_FALSE(registry.detached(at(1), 11));
  CHECK_FALSE(registry.detached(at(2), 12));
  // The first comes back, is lost again, and so is not the oldest any more.
  registry.resumed(key(11), key(21), 11);
  CHECK(registry.waiting() == 1);
  CHECK_FALSE(registry.detached(at(3), 11));
  CHECK(registry.longest_waiting() == AgedNumbers::Entry{.number = 12, .since = at(2)});
  CHECK(registry.detached(at(4), 13) == 12);
  registry.ended(12);
  CHECK(registry.waiting() == 2);
  CHECK(registry.sessions() == 2);
  CHECK_FALSE(registry.find(key(12)));
}

TEST_CASE("of too many half-open links the oldest is told to go") {
  SessionRegistry registry{Rulebook::spec, {.half_open_links_max = 2}};
  CHECK_FALSE(registry.link_opened(at(1), 1));
  CHECK_FALSE(registry.link_opened(at(1), 2));
  registry.link_settled(1);
  CHECK_FALSE(registry.link_opened(at(2), 3));
  CHECK(registry.link_opened(at(3), 4) == 2);
  CHECK(registry.half_open_links() == 2);
  CHECK(registry.oldest_half_open_link() == AgedNumbers::Entry{.number = 3, .since = at(2)});
}

TEST_SUITE_END();

}  // namespace
