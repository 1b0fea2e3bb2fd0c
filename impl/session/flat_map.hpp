#pragma once
#include "spec/assert.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace vox::session {

// Maps ids to small values in one block of memory. Ids come from the peer, so the order in which
// they are spread is keyed: with a seed that the peer does not know it cannot make them collide.
// An empty map owns no memory; one that shrinks keeps its room, so that ids which come and go
// allocate nothing.
template <class Value>
class FlatMap {
 public:
  FlatMap() = default;
  explicit FlatMap(std::uint64_t seed) : seed_{seed} {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // The value of the id, or null. The pointer holds until the map is changed.
  [[nodiscard]] Value* find(std::uint64_t id) {
    auto const at = locate(id);
    return at == absent ? nullptr : &cells_[at].value;
  }
  [[nodiscard]] Value const* find(std::uint64_t id) const {
    auto const at = locate(id);
    return at == absent ? nullptr : &cells_[at].value;
  }

  // Sets the value of the id; true if the id is new.
  bool assign(std::uint64_t id, Value value) {
    if (auto* const known = find(id)) {
      *known = std::move(value);
      return false;
    }
    if (4 * (size_ + 1) > 3 * cells_.size()) grow();
    place(id, std::move(value));
    ++size_;
    return true;
  }

  // Removes the id and gives its value, if there is one.
  std::optional<Value> take(std::uint64_t id) {
    auto at = locate(id);
    if (at == absent) return std::nullopt;
    std::optional<Value> value{std::move(cells_[at].value)};
    // Later cells of the run move up, so that no tombstones are needed.
    for (auto next = after(at);; next = after(next)) {
      auto& cell = cells_[next];
      if (!cell.used) break;
      auto const home = home_of(cell.id);
      auto const distance_to_hole = (at - home) & mask();
      auto const distance_to_cell = (next - home) & mask();
      if (distance_to_hole <= distance_to_cell) {
        cells_[at] = std::move(cell);
        at = next;
      }
    }
    cells_[at].used = false;
    --size_;
    return value;
  }

  void clear() {
    for (auto& cell : cells_)
      cell.used = false;
    size_ = 0;
  }

  // Calls visit(id, value) for each, in no meaningful order.
  template <class Visit>
  void for_each(Visit const& visit) const {
    for (auto const& cell : cells_) {
      if (cell.used) visit(cell.id, cell.value);
    }
  }

 private:
  struct Cell {
    std::uint64_t id = 0;
    Value value{};
    bool used = false;
  };
  static constexpr std::size_t absent = ~std::size_t{0};

  [[nodiscard]] std::size_t mask() const { return cells_.size() - 1; }
  [[nodiscard]] std::size_t after(std::size_t at) const { return (at + 1) & mask(); }
  // The finishing mix of SplitMix64: every bit of id and seed reaches every bit of the place.
  [[nodiscard]] std::size_t home_of(std::uint64_t id) const {
    auto mixed = id ^ seed_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<std::size_t>(mixed ^ (mixed >> 31U)) & mask();
  }
  [[nodiscard]] std::size_t locate(std::uint64_t id) const {
    if (size_ == 0) return absent;
    for (auto at = home_of(id); cells_[at].used; at = after(at)) {
      if (cells_[at].id == id) return at;
    }
    return absent;
  }
  void place(std::uint64_t id, Value value) {
    auto at = home_of(id);
    while (cells_[at].used)
      at = after(at);
    cells_[at] = Cell{.id = id, .value = std::move(value), .used = true};
  }
  void grow() {
    std::vector<Cell> old(cells_.empty() ? 8 : 2 * cells_.size());
    old.swap(cells_);
    for (auto& cell : old) {
      if (cell.used) place(cell.id, std::move(cell.value));
    }
  }

  std::vector<Cell> cells_;  // always a power of two, at most three quarters of it used
  std::size_t size_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace vox::session
