#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/value.hpp"

// Values as traces and reports write them, by the type of the field that they stand in:
//   large numbers as decimal strings, ids of methods and schemas as "0x…", bytes as {"hex": …},
//   an empty optional as "none". Among CBOR, where a string is a text, a large number is
//   {"u64": "…"}; a map that is no object {"cbor_map": [[key, value], …]}; a tagged item
//   {"cbor_tag": n, "item": …}; undefined {"undefined": true}.
namespace voxspec {

[[nodiscard]] Json value_json(Value const& value, FieldType type = FieldType::cbor);

// Any JSON as a CBOR value; one of the forms above that is not well-formed counts as the plain
// object that it is. In a schema the ids are numbers however they are written.
[[nodiscard]] Value value_from_json(Json const& json, FieldType type = FieldType::cbor);

}  // namespace voxspec
