// Any bytes as a story of two endpoints that call each other: see endpoint_story.hpp.
#include "conformance/tests/endpoint_story.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  voxspec::test::EndpointStory story{std::as_bytes(std::span{data, size})};
  story.play();
  for (auto const& complaint : story.complaints())
    std::fprintf(stderr, "broken invariant: %s\n", complaint.c_str());
  if (!story.complaints().empty()) std::abort();
  return 0;
}
