#include "impl/wire/handshake.hpp"

#include "impl/session/handshake.hpp"
#include "spec/assert.hpp"

#include <cstdint>
#include <span>

using namespace vox;
using namespace vox::wire;

namespace {

// Whatever the peer says, and however often, a handshake comes to one end, and what it says itself
// can be read.
void converse(Role role, Rulebook rulebook, ByteView input) {
  session::Handshake handshake{{.role = role, .rulebook = rulebook}};
  for (int round = 0; round < 3; ++round) {
    while (auto const said = handshake.poll())
      VOX_ASSERT(decode_handshake(*said).has_value());
    VOX_ASSERT(!handshake.outcome() || !handshake.failure());
    if (handshake.is_over()) return;
    // Once it was obeyed, an acceptor waits for the consent.
    if (round == 1 && role == Role::acceptor) {
      handshake.receive(encode_handshake(LetsGo{}));
    } else {
      handshake.receive(input);
    }
  }
  VOX_ASSERT(handshake.is_over());
}

}  // namespace

// What decodes encodes again to a payload that decodes, strictly, to the same message; what strict
// mode takes, the lenient mode takes too.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  for (auto const role : {Role::initiator, Role::acceptor}) {
    for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec})
      converse(role, rulebook, input);
  }
  auto const lenient = decode_handshake(input, Strictness::vox_0_4);
  VOX_ASSERT(lenient || !decode_handshake(input, Strictness::strict));
  if (!lenient) return 0;
  auto const encoded = encode_handshake(*lenient);
  auto const again = decode_handshake(encoded, Strictness::vox_0_4);
  VOX_ASSERT(again && *again == *lenient);
  return 0;
}
