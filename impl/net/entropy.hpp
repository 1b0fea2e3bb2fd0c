#pragma once
#include "impl/wire/resume_key.hpp"

#include <cstdint>

// Randomness, from the operating system's generator for secrets. Nothing below this layer has any.
namespace vox::net {

// A resume key that nobody can guess.
[[nodiscard]] ResumeKey fresh_resume_key();

// A number that no peer knows, for spreading ids that peers choose.
[[nodiscard]] std::uint64_t fresh_seed();

}  // namespace vox::net
