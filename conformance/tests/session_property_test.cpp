// Sessions under all kinds of use: two against each other, with the link cut anywhere, and one
// against a peer that says whatever comes to its mind.
#include "conformance/testing/property.hpp"
#include "conformance/tests/counterexample.hpp"
#include "conformance/tests/session_pair.hpp"
#include "conformance/tests/session_scenario.hpp"
#include "conformance/tests/session_script.hpp"
#include "conformance/trace/trace.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <variant>
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
  for (std::size_t const side : {0U, 1U})
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
Pair run_with_cut(Rulebook rulebook, Steps const& steps, std::uint64_t messages) {
  Pair pair{rulebook};
  pair.cut_after(messages);
  for (auto const number : steps)
    pair.step(number);
  pair.reconnect();
  pair.settle();
  pair.finish();
  return pair;
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
    holds_or_trace<Steps>("Two sessions keep their books", {"core.L3/1"},
                          [rulebook](Steps const& steps) -> std::optional<Broken> {
                            auto pair = run(rulebook, steps);
                            pair.finish();
                            if (pair.complaints().empty()) return std::nullopt;
                            return Broken{.why = pair.complaints().front(),
                                          .record = pair.record()};
                          });
  }
}

TEST_CASE("what two sessions do that is claimed to be impossible comes out as a trace") {
  auto const refutation = refute<Steps>("Nobody opens a connection", {"connection.open/1"},
                                        [](Steps const& steps) -> std::optional<Broken> {
                                          Pair pair{Rulebook::vox_0_4};
                                          pair.decide_at_once();
                                          for (auto const number : steps)
                                            pair.step(number);
                                          pair.settle();
                                          if (!pair.is_open(0, 1)) return std::nullopt;
                                          return Broken{.why = "opened", .record = pair.record()};
                                        });
  REQUIRE(refutation.has_value());
  CHECK(refutation->note.find("RC_PARAMS=seed=") != std::string::npos);
  auto const file = voxspec::parse_trace(refutation->trace.dump(), "refutation.json");
  REQUIRE(file.has_value());
  auto const& steps = file->cases.at(0).steps;
  REQUIRE(steps.size() == 3);
  auto const sent = std::get<voxspec::Send>(steps[1].body).items.at(0);
  CHECK(sent.name() == "connection_open");
  CHECK(std::get<voxspec::Expect>(steps[2].body).frames.at(0).name() == "connection_accept");
}

TEST_CASE("a link that broke comes out as a trace that goes on with the session on the next") {
  Pair pair{Rulebook::spec};
  pair.cut();
  pair.reconnect();
  pair.decide_at_once();
  pair.open(0);
  pair.settle();
  auto const trace = trace_of(pair.record(), "A session goes on", {"session.outlives-conduit/2"});
  auto const file = voxspec::parse_trace(trace.dump(), "record.json");
  REQUIRE(file.has_value());
  CHECK(file->cases.at(0).steps.size() == 6);
  CHECK(trace["steps"][3]["establish"]["hello"]["resume_key"] == "$key0");
}

TEST_CASE("r[session.outlives-conduit] nor is there when the link breaks after any one message") {
  for (auto const rulebook : rulebooks) {
    holds_or_trace<Steps>(
        "Two sessions keep their books when a link breaks", {"session.outlives-conduit/2"},
        [rulebook](Steps const& steps) -> std::optional<Broken> {
          auto const delivered = run(rulebook, steps).delivered();
          for (std::uint64_t messages = 1; messages <= delivered; ++messages) {
            auto const pair = run_with_cut(rulebook, steps, messages);
            if (pair.complaints().empty()) continue;
            return Broken{.why = pair.complaints().front(), .record = pair.record()};
          }
          return std::nullopt;
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
    holds_or_trace<std::uint8_t, std::uint8_t, Story>(
        "A session keeps its books", {"session.protocol-error/3", "core.E3/1"},
        [rulebook](std::uint8_t who, std::uint8_t how,
                   Story const& story) -> std::optional<Broken> {
          auto const scenario = played(bytes_of(rulebook, who, how, story));
          auto const complaints = scenario.complaints();
          if (complaints.empty()) return std::nullopt;
          return Broken{.why = "it " + complaints.front() + "\n" + scenario.transcript(),
                        .record = scenario.record()};
        });
  }
}

TEST_CASE("the fuzzer's dictionary names every word of a story by its byte") {
  std::ifstream const file{"fuzz/dictionaries/session.dict"};
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

TEST_CASE(
    "a story has the same digest whether it is written down or not, and another has another") {
  Story const story{{0, 2, 0, 1}, {16, 2, 0, 0}, {12, 0, 5, 0}};
  auto const digest_of = [&](std::uint8_t how, SessionScenario::Keep keep) {
    auto const bytes = bytes_of(Rulebook::spec, 0, how, story);
    SessionScenario scenario{bytes, keep};
    scenario.play();
    return scenario.digest();
  };
  using enum SessionScenario::Keep;
  CHECK(digest_of(0, record) == digest_of(0, digest));
  auto longer = story;
  longer.push_back({12, 0, 6, 0});
  auto const before = digest_of(0, digest);
  auto const other_bytes = bytes_of(Rulebook::spec, 0, 0, longer);
  SessionScenario other{other_bytes, digest};
  other.play();
  CHECK(other.digest() != before);
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
