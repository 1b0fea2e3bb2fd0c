#pragma once
#include "impl/wire/bytes.hpp"

#include <cstddef>
#include <optional>

namespace vox::wire {

// The same CBOR item with every string, array and map of indefinite length written with its length
// instead, for readers that hold no chunks. Nothing if there is none of them, or if the payload is
// not well-formed or is nested more deeply than allowed. The result is not longer than the payload.
// r[impl session.handshake.cbor] r[impl schema.principles.cbor]
[[nodiscard]] std::optional<Bytes> definite_cbor(ByteView payload, std::size_t depth_max);

}  // namespace vox::wire
