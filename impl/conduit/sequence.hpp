#pragma once
#include "spec/rulebook.hpp"

#include <cstdint>

namespace vox::conduit {

// The number of a stable frame. Each direction counts from 0 by 1 and wraps at 32 bits.
// r[impl stable.seq]
using Sequence = std::uint32_t;

// Whether `a` comes after `b`. By the specification numbers wrap, so what counts is which way round
// is shorter; 0.4.0 compares them plainly, and goes deaf at the wrap.
[[nodiscard]] constexpr bool is_after(Sequence a, Sequence b, Rulebook rulebook) {
  if (rulebook == Rulebook::vox_0_4) return a > b;
  return static_cast<std::int32_t>(a - b) > 0;
}

}  // namespace vox::conduit
