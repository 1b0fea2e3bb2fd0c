#pragma once
#include "conformance/peer/value.hpp"
#include "impl/schema/schema.hpp"
#include "impl/schema/schema_list.hpp"
#include "impl/wire/violation.hpp"

namespace voxspec {

// The schemas that a frame's field holds, by what they mean or, where their CBOR is written
// otherwise than ours, as bytes. A field without schemas is a violation as well.
[[nodiscard]] vox::Result<vox::schema::SchemaPayload> schema_payload(Value const& field);
// The same of the list in a handshake, which has no root.
[[nodiscard]] vox::Result<vox::schema::SchemaList> schema_list(Value const& field);

}  // namespace voxspec
