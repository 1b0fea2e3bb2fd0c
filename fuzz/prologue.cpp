#include "impl/wire/prologue.hpp"

#include "spec/assert.hpp"

#include <cstdint>
#include <span>

using namespace vox;
using namespace vox::wire;

// What any reader of the prologue takes has 8 bytes and encodes to the same 8 bytes.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  auto const message = decode_prologue(input);
  if (message) {
    VOX_ASSERT(size == prologue_bytes);
    VOX_ASSERT(equal(encode_prologue(*message), input));
  }
  VOX_ASSERT(message || !decode_transport_hello(input));
  VOX_ASSERT(message || !decode_transport_answer(input, ConduitMode::bare));
  return 0;
}
