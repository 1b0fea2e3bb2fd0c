#pragma once
#include "impl/schema/schema.hpp"
#include "impl/schema/type_graph.hpp"

#include <string>
#include <vector>

namespace vox::schema {

// The encoded value that a field of `owner` takes when a sender does not have it.
struct FieldDefault {
  TypeRef owner;
  std::string field;
  Bytes value;
};

// A type of this program: what is announced of it, and what a plan needs to know besides.
struct LocalType {
  SchemaPayload payload;
  std::vector<FieldDefault> defaults;
};

// Makes the schemas of a type and of all that it is made of, byte for byte as 0.4.0 does.
//
// One extraction announces each declaration once. All instantiations of a generic declaration share
// the schema of the first one met, and only their arguments differ; so do all tuples of one arity.
// Where a body does depend on the instantiation, the first one speaks for all: a Vec met first with
// u8 is `bytes`, and then every other Vec<X> is `bytes<X>`; all arrays have the first one's length.
// Peers rely on it, so it is kept. Readers take `bytes<X>` for a list of X.
[[nodiscard]] LocalType extract(TypeNode const& root);

}  // namespace vox::schema
