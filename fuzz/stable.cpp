#include "impl/wire/stable.hpp"

#include "spec/assert.hpp"

#include <cstdint>
#include <span>

using namespace vox;
using namespace vox::wire;

// Frames and both hellos: what decodes encodes again to the same, and to fewer bytes or the same
// ones.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  if (auto const frame = decode_stable_frame(input, Strictness::vox_0_4)) {
    Buffer out;
    encode_stable_frame(out, *frame);
    auto const again = decode_stable_frame(out.view());
    VOX_ASSERT(again && *again == *frame);
    if (decode_stable_frame(input))
      VOX_ASSERT(out.size() < input.size() || equal(out.view(), input));
  }
  if (auto const hello = decode_client_hello(input, Strictness::vox_0_4)) {
    VOX_ASSERT(decode_client_hello(encode_client_hello(*hello)) == *hello);
  }
  if (auto const hello = decode_server_hello(input)) {
    VOX_ASSERT(decode_server_hello(encode_server_hello(*hello)) == *hello);
  }
  return 0;
}
