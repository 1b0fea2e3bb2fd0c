#pragma once
#include "impl/schema/schema.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace vox::schema {

// The schemas that one side has announced, by type id, in the order they came. It owns them; what
// find() gives stays where it is until clear().
class Registry {
 public:
  Registry() = default;
  explicit Registry(std::span<Schema const> schemas);

  // False, and nothing changes, if a schema of that id is there already.
  bool add(Schema schema);
  void clear();

  [[nodiscard]] Schema const* find(TypeId id) const;
  [[nodiscard]] std::size_t size() const { return schemas_.size(); }
  [[nodiscard]] auto begin() const { return schemas_.begin(); }
  [[nodiscard]] auto end() const { return schemas_.end(); }

  // The first type id that the type needs and that is not here.
  // r[impl schema.format.self-contained]
  [[nodiscard]] std::optional<TypeId> first_missing(TypeRef const& type) const;
  // The same for types that are asked about again and again: it remembers which schemas lack
  // nothing, and does not look at what these need any more.
  [[nodiscard]] std::optional<TypeId> first_missing_of_new(TypeRef const& type);
  // The type with all schemas here that it needs, in the order they came.
  [[nodiscard]] SchemaPayload closure(TypeRef const& type) const;

 private:
  std::deque<Schema> schemas_;
  std::map<TypeId, std::size_t> place_of_;
  std::vector<bool> is_complete_;  // by place
};

}  // namespace vox::schema
