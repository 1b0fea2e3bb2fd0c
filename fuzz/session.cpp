#include "conformance/cases/session_scenario.hpp"
#include "spec/assert.hpp"

#include <cstdint>
#include <cstdio>
#include <span>

using voxspec::test::SessionScenario;

// The input is the story of one session, with either rulebook and on either side: whatever happens
// in it, the session keeps its books, and the same story gives the same words.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const story = std::as_bytes(std::span{data, size});
  SessionScenario scenario{story};
  scenario.play();
  auto const complaints = scenario.complaints();
  for (auto const& complaint : complaints)
    std::fprintf(stderr, "it %s\n", complaint.c_str());
  if (!complaints.empty()) std::fputs(scenario.transcript().c_str(), stderr);
  VOX_ASSERT(complaints.empty());

  SessionScenario again{story};
  again.play();
  VOX_ASSERT(again.transcript() == scenario.transcript());
  return 0;
}
