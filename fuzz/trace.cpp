#include "conformance/trace/trace.hpp"

#include "conformance/trace/describe.hpp"
#include "spec/assert.hpp"

#include <cstdint>
#include <string_view>

using namespace voxspec;

// A text that is a trace can be explained and expanded.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const file = parse_trace(text, "fuzz.json");
  if (!file) {
    VOX_ASSERT(!voxspec::text(file.error()).empty());
    return 0;
  }
  VOX_ASSERT(!file->cases.empty());
  for (auto const& trace : file->cases) {
    VOX_ASSERT(!explain_case(trace).empty());
    VOX_ASSERT(expand_case(trace)["steps"].is_array());
  }
  return 0;
}
