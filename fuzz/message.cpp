#include "impl/wire/message.hpp"

#include "spec/assert.hpp"

#include <cstdint>
#include <span>

using namespace vox;
using namespace vox::wire;

// What decodes, encodes again to bytes that decode to the same message; what strict mode takes, the
// lenient mode takes too, for the same message, and our own encoding is shorter or the same bytes.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  auto const strict = decode_message(input, Strictness::strict);
  auto const lenient = decode_message(input, Strictness::vox_0_4);
  VOX_ASSERT(!strict || lenient);
  if (!lenient) return 0;
  auto const encoded = encode_message(*lenient);
  auto const again = decode_message(encoded, Strictness::strict);
  VOX_ASSERT(again && *again == *lenient);
  if (strict) {
    VOX_ASSERT(*strict == *lenient);
    VOX_ASSERT(encoded.size() < input.size() || equal(encoded, input));
  }
  return 0;
}
