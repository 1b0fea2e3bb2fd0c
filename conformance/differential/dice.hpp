#pragma once
#include "spec/assert.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace voxspec::differential {

// Chance that a seed decides: the same seed gives the same throws with every compiler and standard
// library, which the distributions of <random> do not promise.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}

  // A number below `bound`, which is not 0 and far below 2^64, so that the remainder is fair
  // enough.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    VOX_ASSERT(bound > 0);
    return engine_() % bound;
  }
  [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
  // One of a list that is not empty.
  template <class Item, std::size_t Size>
  [[nodiscard]] Item const& pick(Item const (&items)[Size]) {
    return items[below(Size)];
  }
  template <class Item>
  [[nodiscard]] Item const& pick(std::span<Item const> items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace voxspec::differential
