#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/cbor.hpp"

// CBOR as JSON and back, keeping the order of keys:
//   numbers as in all traces (decimal strings are {"u64": "…"} here, since a string is text), text,
//   bytes as {"hex": …}, lists, true, false, null; maps as objects. A map that an object cannot
//   hold (keys that are not text or repeat, or that would be read as one of these forms) is
//   {"cbor_map": [[key, value], …]}; a tagged item {"cbor_tag": n, "item": …}, undefined
//   {"undefined": true}.
namespace voxspec {

// Takes one item. A failure shows in the reader.
[[nodiscard]] Json take_cbor(vox::wire::CborReader& reader);

// Appends one item. Any JSON can be encoded; one of the forms above that is not well-formed counts
// as the plain object that it is.
void put_cbor(vox::wire::CborWriter& writer, Json const& value);

}  // namespace voxspec
