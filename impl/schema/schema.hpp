#pragma once
#include "impl/schema/kind.hpp"
#include "impl/schema/type_ref.hpp"

#include <vector>

namespace vox::schema {

// One type declaration. `type_params` are the names that Variables of its body may use.
// r[impl schema.format]
struct Schema {
  TypeId id = 0;
  Parts<Text> type_params;
  Kind kind;
  bool operator==(Schema const&) const = default;
};

// A type and the declarations that it needs, those that others build on first. What a peer sends
// leaves out the declarations it has sent before on the connection; what the extraction makes is
// complete.
struct SchemaPayload {
  std::vector<Schema> schemas;
  TypeRef root;
  bool operator==(SchemaPayload const&) const = default;
};

}  // namespace vox::schema
