#include "conformance/tests/endpoint_story.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace {

using namespace vox;
using voxspec::test::EndpointStory;

// A story of so many bytes. Half of them are words that move things, so that stories get somewhere.
Bytes story_of(std::uint32_t seed, std::size_t length) {
  std::mt19937 random{seed};
  Bytes story;
  for (std::size_t i = 0; i < length; ++i) {
    auto const byte = random();
    story.push_back(static_cast<std::byte>(i % 2 == 0 ? byte & 0x8fU : byte));
  }
  return story;
}

TEST_CASE(
    "r[rpc.response.one-per-request] r[retry.duplicate.live] whatever two endpoints do, each "
    "call is done once, no operation runs twice, and no bound is exceeded") {
  auto const* const more = std::getenv("VOXSPEC_STORIES");
  auto const count = more == nullptr ? 3000U : static_cast<std::uint32_t>(std::stoul(more));
  std::size_t done = 0;
  for (std::uint32_t seed = 0; seed < count; ++seed) {
    auto const bytes = story_of(seed, 40 + seed % 400);
    EndpointStory story{bytes};
    story.play();
    done += story.calls_done();
    INFO("seed ", seed);
    for (auto const& complaint : story.complaints())
      FAIL_CHECK(complaint);
    if (!story.complaints().empty()) break;
    if (seed % 10 != 0) continue;
    EndpointStory again{bytes};
    again.play();
    CHECK(again.digest() == story.digest());
  }
  CHECK(done > count);  // stories do get somewhere
}

}  // namespace
