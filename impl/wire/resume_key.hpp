#pragma once
#include <array>
#include <cstddef>

namespace vox {

// The secret by which a session, or a stable conduit, is found again after its link was lost. It is
// made from outside, of good randomness; the protocol code only carries it.
using ResumeKey = std::array<std::byte, 16>;

}  // namespace vox
