#pragma once
#include <boost/describe/enum.hpp>

#include <cstdint>

namespace vox {

// Whose behaviour an implementation shows where the two differ: that of the shipped 0.4.0, or that
// which the written specification asks for. Both speak the wire format of 0.4.0.
enum class Rulebook : std::uint8_t { vox_0_4, spec };
BOOST_DESCRIBE_ENUM(Rulebook, vox_0_4, spec)

}  // namespace vox
