#pragma once
#include "impl/wire/resume_key.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace vox::rpc {

// Spreads resume keys by a seed that no peer knows, so that how long a look-up takes tells nothing
// about the keys that there are.
class ResumeKeyHash {
 public:
  using is_avalanching = std::true_type;

  explicit ResumeKeyHash(std::uint64_t seed) : seed_{seed} {}

  [[nodiscard]] std::size_t operator()(ResumeKey const& key) const {
    auto const halves = std::bit_cast<Halves>(key);
    return mixed(mixed(seed_ ^ halves.first) ^ halves.second);
  }

 private:
  struct Halves {
    std::uint64_t first;
    std::uint64_t second;
  };
  // The finishing mix of SplitMix64: every bit of the input reaches every bit of the result.
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
  }

  std::uint64_t seed_;
};

// Compares every byte, wherever the first difference is.
struct ResumeKeyEqual {
  [[nodiscard]] bool operator()(ResumeKey const& a, ResumeKey const& b) const {
    auto different = std::byte{0};
    for (std::size_t i = 0; i < a.size(); ++i)
      different |= a[i] ^ b[i];
    return different == std::byte{0};
  }
};

template <class Value>
using ResumeKeyMap = boost::unordered_flat_map<ResumeKey, Value, ResumeKeyHash, ResumeKeyEqual>;

}  // namespace vox::rpc
