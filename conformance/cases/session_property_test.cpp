// Sessions under all kinds of use: two against each other, with the link cut anywhere, and one
// against a peer that says whatever comes to its mind.
#include "conformance/cases/session_pair.hpp"
#include "conformance/cases/session_scenario.hpp"
#include "conformance/cases/session_script.hpp"
#include "conformance/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

constexpr Rulebook rulebooks[] = {Rulebook::vox_0_4, Rulebook::spec};
using Steps = std::vector<std::uint32_t>;

Pair run(Rulebook rulebook, Steps const& steps) {
  Pair pair{rulebook};
  for (auto const number : steps)
    pair.step(number);
  return pair;
}

// Both sides open, one open is rejected, both call, one closes and the other drops; then, on what
// is left or can be had again, one more call.
void play(Pair& pair) {
  pair.decide_at_once();
  auto const first = pair.open(0);
  pair.reject_next(0);
  auto const refused = pair.open(1);
  pair.settle();
  auto const second = pair.open(1);
  if (first) pair.call(0, *first);
  pair.call(0, root_connection);
  pair.call(1, root_connection);
  pair.settle();
  for (std::size_t side : {0U, 1U})
    pair.answer_calls(side);
  if (second) pair.call(1, *second);
  pair.settle();
  pair.answer_calls(0);
  pair.settle();
  if (first) pair.close(0, *first);
  if (second) pair.drop_caller(1, *second);
  if (refused && pair.is_open(1, *refused)) pair.close(1, *refused);
  pair.settle();
}

// Plays the steps while the link breaks after so many messages, brings both sides together again
// and ends it all.
std::vector<std::string> complaints_with_cut(Rulebook rulebook, Steps const& steps,
                                             std::uint64_t messages) {
  Pair pair{rulebook};
  pair.cut_after(messages);
  for (auto const number : steps)
    pair.step(number);
  pair.reconnect();
  pair.settle();
  pair.finish();
  return pair.complaints();
}

// A session of the rulebook, and what happens to it, four bytes a step.
using Story = std::vector<std::array<std::uint8_t, 4>>;

SessionScenario played(Bytes const& bytes) {
  SessionScenario scenario{bytes};
  scenario.play();
  return scenario;
}

Bytes bytes_of(Rulebook rulebook, std::uint8_t who, std::uint8_t how, Story const& story) {
  auto const book = rulebook == Rulebook::spec ? 1 : 0;
  Bytes bytes{static_cast<std::byte>((who & ~1U) | static_cast<unsigned>(book)),
              static_cast<std::byte>(how)};
  for (auto const& step : story) {
    for (auto const byte : step)
      bytes.push_back(static_cast<std::byte>(byte));
  }
  return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.L3] whatever two sessions do, their books agree and nothing is left over") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](Steps const& steps) {
      auto pair = run(rulebook, steps);
      pair.finish();
      RC_ASSERT(pair.complaints() == std::vector<std::string>{});
    });
  }
}

TEST_CASE("r[session.outlives-conduit] nor is there when the link breaks after any one message") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](Steps const& steps) {
      auto const delivered = run(rulebook, steps).delivered();
      for (std::uint64_t messages = 1; messages <= delivered; ++messages)
        RC_ASSERT(complaints_with_cut(rulebook, steps, messages) == std::vector<std::string>{});
    });
  }
}

TEST_CASE("r[session] the same steps give the same bytes") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](Steps const& steps) {
      RC_ASSERT(run(rulebook, steps).transcript() == run(rulebook, steps).transcript());
    });
  }
}

TEST_CASE("r[session.handshake.resume] a link cut after any message costs no open and no slot") {
  for (auto const rulebook : rulebooks) {
    Pair whole{rulebook};
    play(whole);
    CHECK(whole.answered(0) + whole.answered(1) == 4);
    REQUIRE(whole.delivered() > 20);
    for (std::uint64_t cut = 1; cut <= whole.delivered(); ++cut) {
      INFO("cut after " << cut << " messages");
      Pair pair{rulebook};
      pair.cut_after(cut);
      play(pair);
      CHECK_FALSE(pair.is_connected());
      pair.reconnect();
      pair.settle();
      // The session is as good as new.
      auto const before = pair.answered(0);
      auto const again = pair.open(0);
      pair.settle();
      CHECK(pair.call(0, *again));
      CHECK(pair.call(0, root_connection));
      pair.settle();
      pair.answer_calls(1);
      pair.settle();
      CHECK(pair.answered(0) == before + 2);
      pair.finish();
      CHECK(pair.complaints() == std::vector<std::string>{});
    }
  }
}

TEST_CASE(
    "r[session.protocol-error] r[core.E3] whatever happens to a session, it keeps its books") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](std::uint8_t who, std::uint8_t how, Story const& story) {
      auto const scenario = played(bytes_of(rulebook, who, how, story));
      for (auto const& complaint : scenario.complaints())
        RC_FAIL("it " + complaint + "\n" + scenario.transcript());
    });
  }
}

TEST_CASE("the fuzzer's dictionary names every word of a story by its byte") {
  std::ifstream file{"fuzz/dictionaries/session.dict"};
  std::ostringstream text;
  text << file.rdbuf();
  auto const words = SessionScenario::words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::array const byte{static_cast<std::byte>(i)};
    auto const entry = "\n" + std::string{words[i]} + "=\"\\x" + to_hex(byte);
    INFO(entry);
    CHECK(text.str().find(entry) != std::string::npos);
  }
}

TEST_CASE("r[session] the same story gives the same words") {
  for (auto const rulebook : rulebooks) {
    holds([rulebook](std::uint8_t who, std::uint8_t how, Story const& story) {
      auto const bytes = bytes_of(rulebook, who, how, story);
      RC_ASSERT(played(bytes).transcript() == played(bytes).transcript());
    });
  }
}

TEST_SUITE_END();
