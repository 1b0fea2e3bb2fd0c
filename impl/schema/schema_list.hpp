#pragma once
#include "impl/schema/arena.hpp"
#include "impl/schema/schema.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace vox::schema {

// Schemas in memory of their own, which they share: making them takes a handful of allocations
// however many they are, and they go all at once. They cannot be changed or moved out; a copy of
// one of them does not depend on the list.
class SchemaList {
 public:
  SchemaList() = default;
  // Schemas that stand in the arena with all that they are made of.
  SchemaList(std::unique_ptr<Arena> arena, std::span<Schema const> schemas)
      : arena_{std::move(arena)}, schemas_{schemas} {}
  SchemaList(SchemaList&& other) noexcept
      : arena_{std::move(other.arena_)}, schemas_{std::exchange(other.schemas_, {})} {}
  SchemaList& operator=(SchemaList&& other) noexcept {
    arena_ = std::move(other.arena_);
    schemas_ = std::exchange(other.schemas_, {});
    return *this;
  }

  [[nodiscard]] auto begin() const { return schemas_.begin(); }
  [[nodiscard]] auto end() const { return schemas_.end(); }
  [[nodiscard]] Schema const* data() const { return schemas_.data(); }
  [[nodiscard]] std::size_t size() const { return schemas_.size(); }
  [[nodiscard]] bool empty() const { return schemas_.empty(); }
  [[nodiscard]] Schema const& operator[](std::size_t place) const { return schemas_[place]; }
  [[nodiscard]] Schema const& front() const { return schemas_.front(); }
  [[nodiscard]] Schema const& back() const { return schemas_.back(); }

  friend bool operator==(SchemaList const& a, SchemaList const& b) {
    return std::ranges::equal(a, b);
  }
  friend bool operator==(SchemaList const& a, std::span<Schema const> b) {
    return std::ranges::equal(a, b);
  }

 private:
  std::unique_ptr<Arena> arena_;
  std::span<Schema const> schemas_;
};

}  // namespace vox::schema
