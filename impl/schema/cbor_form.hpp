#pragma once
#include "impl/schema/schema.hpp"
#include "impl/schema/schema_list.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"

#include <span>
#include <vector>

// Schemas as CBOR, in the form that 0.4.0 gives them. What tells alternatives apart is a first map
// entry "tag"; it has to be the first.
namespace vox::schema {

// Appends what a SchemaMessage carries, or the list that a handshake does.
void encode(wire::Buffer& out, SchemaPayload const& payload);
void encode(wire::Buffer& out, std::span<Schema const> schemas);
[[nodiscard]] Bytes encode(SchemaPayload const& payload);
[[nodiscard]] Bytes encode(std::span<Schema const> schemas);

// Decodes them. Each violation names the rule of the part that is wrong. Besides what every CBOR
// decoder refuses, `strict` refuses structs and enums without a name and tuples without elements.
// No more than limits.schema_count_max schemas are taken, no reference is nested deeper than
// limits.schema_depth_max. That every reference can be resolved is not checked here: what it refers
// to may have come earlier. No more than limits.schema_parts_max fields, variants, elements,
// arguments and parameters are taken. A list stands in one block of memory.
[[nodiscard]] Result<SchemaPayload> decode_payload(
    ByteView cbor, wire::Strictness strictness = wire::Strictness::strict,
    Limits const& limits = {});
[[nodiscard]] Result<SchemaList> decode_schemas(
    ByteView cbor, wire::Strictness strictness = wire::Strictness::strict,
    Limits const& limits = {});

// A handshake payload together with the schemas that it holds, read in one pass.
struct Greeting {
  wire::HandshakeMessage message;
  // Empty where the message has no schemas, and where they are `known`.
  Result<SchemaList> schemas = SchemaList{};
  bool has_known_schemas = false;
};
// Decodes it as wire::decode_handshake does; a schema list that is none does not make the message
// one. A list that is `known`, byte for byte, is not decoded.
[[nodiscard]] Result<Greeting> decode_greeting(
    ByteView payload, wire::Strictness strictness = wire::Strictness::strict,
    Limits const& limits = {}, ByteView known = {});

}  // namespace vox::schema
