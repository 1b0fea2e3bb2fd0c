#include "impl/wire/handshake.hpp"

#include "spec/assert.hpp"

#include <cstdint>
#include <span>

using namespace vox;
using namespace vox::wire;

// What decodes encodes again to a payload that decodes, strictly, to the same message; what strict
// mode takes, the lenient mode takes too.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  auto const lenient = decode_handshake(input, Strictness::vox_0_4);
  VOX_ASSERT(lenient || !decode_handshake(input, Strictness::strict));
  if (!lenient) return 0;
  auto const encoded = encode_handshake(*lenient);
  auto const again = decode_handshake(encoded, Strictness::vox_0_4);
  VOX_ASSERT(again && *again == *lenient);
  return 0;
}
