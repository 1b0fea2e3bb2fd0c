#pragma once
#include "impl/schema/schema.hpp"

#include <span>
#include <vector>

// Ids from content: two peers that declare the same structure give it the same id, without asking.
namespace vox::schema {

// The id of one schema, the ids that it refers to taken as they stand.
// r[impl schema.type-id.hash]
[[nodiscard]] TypeId content_hash(Schema const& schema);

// The ids that the schemas of one payload have by their structure alone, in their order. Ids that
// stand in the schemas only say who refers to whom; an id that none of them has counts as final.
// Schemas that take part in a recursion are hashed in groups, exactly as 0.4.0 does it: a group is
// a run of neighbours in the list, so the ids of recursive types depend on the root of the payload.
// r[impl schema.hash.recursive] r[impl schema.hash.recursive.non-recursive]
[[nodiscard]] std::vector<TypeId> content_ids(std::span<Schema const> schemas);

// Replaces the ids of a complete payload, which may be any numbers that differ, by content ids.
// Schemas that turn out equal are kept once.
[[nodiscard]] SchemaPayload with_content_ids(SchemaPayload numbered);

}  // namespace vox::schema
