#pragma once
#include <boost/describe/enum.hpp>

#include <cstdint>

namespace vox {

// What carries messages over a link: as they are, or in frames that survive the loss of a link. The
// value is the byte of the transport prologue; other values can come in and are no mode.
// r[impl transport.prologue.requested-mode]
enum class ConduitMode : std::uint8_t { bare = 0, stable = 1 };
BOOST_DESCRIBE_ENUM(ConduitMode, bare, stable)

[[nodiscard]] constexpr bool is_known(ConduitMode mode) {
  return mode == ConduitMode::bare || mode == ConduitMode::stable;
}

}  // namespace vox
