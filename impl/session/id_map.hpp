#pragma once
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>

namespace vox::session {

// Spreads ids that the peer chooses: with a seed that it does not know, it cannot make them
// collide. The finishing mix of SplitMix64: every bit of id and seed reaches every bit of the hash.
class KeyedHash {
 public:
  using is_avalanching = void;  // boost need not mix again

  KeyedHash() = default;
  explicit KeyedHash(std::uint64_t seed) : seed_{seed} {}

  [[nodiscard]] std::size_t operator()(std::uint64_t id) const {
    auto mixed = id ^ seed_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<std::size_t>(mixed ^ (mixed >> 31U));
  }

 private:
  std::uint64_t seed_ = 0;
};

template <class Value>
using IdMap = boost::unordered_flat_map<std::uint64_t, Value, KeyedHash>;

}  // namespace vox::session
