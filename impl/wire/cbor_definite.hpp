#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace vox::wire {

// The same CBOR item with every string, array and map of indefinite length written with its length
// instead, for readers that hold no chunks. Nothing if there is none of them, or if the payload is
// not well-formed or is nested more deeply than allowed. The result is not longer than the payload.
// r[impl session.handshake.cbor] r[impl schema.principles.cbor]
[[nodiscard]] std::optional<Bytes> definite_cbor(ByteView payload, std::size_t depth_max);

// Decodes the payload, and its definite form where strict reading refuses it as it came. What the
// result refers to is the payload or `room`.
template <class Decode>
[[nodiscard]] auto decode_any_length(ByteView payload, Strictness strictness, std::size_t depth_max,
                                     Bytes& room, Decode const& decode) {
  auto result = decode(payload);
  if (result || strictness != Strictness::strict) return result;
  auto definite = definite_cbor(payload, depth_max);
  if (!definite) return result;
  room = std::move(*definite);
  return decode(ByteView{room});
}

}  // namespace vox::wire
