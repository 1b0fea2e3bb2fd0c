#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/cbor.hpp"

#include <optional>

// Schemas as JSON: the CBOR of the wire key by key ({"id": …, "type_params": […], "kind": {"tag":
// "struct", …}}), with the ids as "0x…". Nothing is checked but that it can be encoded, so that a
// case can send schemas that are wrong.
namespace voxspec {

// Ids, wherever they stand, in their one spelling.
[[nodiscard]] Json canonical_schema_json(Json const& schemas);

// The CBOR of a payload or a list as JSON; nothing if writing that JSON would not give the very
// same bytes back.
[[nodiscard]] std::optional<Json> schema_json(vox::ByteView cbor);
// The same for a pattern given as bytes, which stays what it is if it is no schema payload.
[[nodiscard]] Json schema_pattern_from_bytes(Json const& bytes);

void put_schema_cbor(vox::wire::CborWriter& writer, Json const& schemas);
[[nodiscard]] vox::Bytes schema_cbor(Json const& schemas);

// Our own schemas of the message type, as they stand in every handshake.
[[nodiscard]] vox::ByteView own_message_schemas();
[[nodiscard]] Json const& own_message_schemas_json();

}  // namespace voxspec
