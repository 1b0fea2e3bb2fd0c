#include "conformance/cases/session_scenario.hpp"
#include "spec/assert.hpp"

#include <cstdint>
#include <cstdio>
#include <span>

using voxspec::test::SessionScenario;

// The input is the story of one session, with either rulebook and on either side: whatever happens
// in it, the session keeps its books, and the same story gives the same words. The story is written
// as text only when something is wrong with it.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const story = std::as_bytes(std::span{data, size});
  SessionScenario scenario{story, SessionScenario::Keep::digest};
  scenario.play();
  SessionScenario again{story, SessionScenario::Keep::digest};
  again.play();
  bool const is_fine = scenario.complaints().empty() && again.digest() == scenario.digest();
  if (!is_fine) {
    SessionScenario written{story};
    written.play();
    std::fputs(written.transcript().c_str(), stderr);
    for (auto const& complaint : scenario.complaints())
      std::fprintf(stderr, "it %s\n", complaint.c_str());
    if (again.digest() != scenario.digest()) std::fputs("it is not the same twice\n", stderr);
  }
  VOX_ASSERT(is_fine);
  return 0;
}
