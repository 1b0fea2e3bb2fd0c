#include "impl/schema/cbor_form.hpp"
#include "spec/assert.hpp"

#include <cstdint>
#include <span>

using namespace vox;

// A schema payload that decodes encodes to one that decodes, strictly, to the same. A handshake is
// the same whether its schemas are decoded with it or not.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  auto const lenient = schema::decode_payload(input, wire::Strictness::vox_0_4);
  // Forms of CBOR that only 0.4.0 cannot read are taken by the strict mode alone.
  if (auto const strict = schema::decode_payload(input)) {
    auto const again = schema::decode_payload(schema::encode(*strict));
    VOX_ASSERT(again && *again == *strict);
  }
  if (lenient) {
    auto const encoded = schema::encode(*lenient);
    auto const again = schema::decode_payload(encoded, wire::Strictness::vox_0_4);
    VOX_ASSERT(again && *again == *lenient);
  }
  if (auto const schemas = schema::decode_schemas(input, wire::Strictness::vox_0_4)) {
    auto const again = schema::decode_schemas(schema::encode(*schemas), wire::Strictness::vox_0_4);
    VOX_ASSERT(again && *again == *schemas);
  }
  for (auto const strictness : {wire::Strictness::strict, wire::Strictness::vox_0_4}) {
    auto const hello = wire::decode_handshake(input, strictness);
    auto const greeting = schema::decode_greeting(input, strictness);
    VOX_ASSERT(hello.has_value() == greeting.has_value());
    if (hello) VOX_ASSERT(*hello == greeting->message);
  }
  return 0;
}
