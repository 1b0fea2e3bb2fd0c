#include "conformance/tests/session_scenario.hpp"
#include "spec/assert.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>

using voxspec::test::SessionScenario;

namespace {

// Playing a story twice takes as long as another story would, so that only every so many inputs,
// chosen by what the session said, are tried for saying the same again.
constexpr std::uint64_t played_twice_every = 8;

bool says_the_same_again(SessionScenario const& scenario, std::span<std::byte const> story) {
  if (scenario.digest() % played_twice_every != 0) return true;
  SessionScenario again{story, SessionScenario::Keep::digest};
  again.play();
  return again.digest() == scenario.digest();
}

// Plays it once more, now as text.
void show(SessionScenario const& scenario, std::span<std::byte const> story) {
  SessionScenario written{story};
  written.play();
  std::fputs(written.transcript().c_str(), stderr);
  for (auto const& complaint : scenario.complaints())
    std::fprintf(stderr, "it %s\n", complaint.c_str());
  if (scenario.complaints().empty()) std::fputs("it is not the same twice\n", stderr);
}

}  // namespace

// The input is the story of one session, with either rulebook and on either side: whatever happens
// in it, the session keeps its books, and the same story gives the same words.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const story = std::as_bytes(std::span{data, size});
  SessionScenario scenario{story, SessionScenario::Keep::digest};
  scenario.play();
  bool const is_fine = scenario.has_no_complaints() && says_the_same_again(scenario, story);
  if (!is_fine) show(scenario, story);
  VOX_ASSERT(is_fine);
  return 0;
}
