#pragma once
#include "conformance/peer/value.hpp"
#include "impl/wire/cbor.hpp"

#include <optional>

// CBOR as values and back. A map whose keys are texts, each there once, is a Record.
namespace voxspec {

// Takes one item. A failure shows in the reader.
[[nodiscard]] Value take_cbor(vox::wire::CborReader& reader);
// Appends one item, with the shortest heads.
void put_cbor(vox::wire::CborWriter& writer, Value const& value);

[[nodiscard]] vox::Bytes cbor_bytes(Value const& value);
// The one item that the bytes are; nothing if they are none, or if writing the value would not give
// the very same bytes back.
[[nodiscard]] std::optional<Value> canonical_cbor(vox::ByteView bytes);

}  // namespace voxspec
