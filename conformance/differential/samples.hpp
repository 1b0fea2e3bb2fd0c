#pragma once
#include <cstdint>
#include <limits>
#include <string_view>

// The values that scripts are made of: the plain ones, and those at the edges.
namespace voxspec::differential {

inline constexpr std::string_view texts[] = {"", "hi", "\u00e9\u4e16",
                                             "a longer text, so that it is cut somewhere"};
inline constexpr std::uint32_t counts[] = {0,  1,    2,
                                           64, 1000, std::numeric_limits<std::uint32_t>::max()};
inline constexpr std::uint64_t numbers[] = {
    0, 1, 127, 128, 300, std::uint64_t{1} << 32U, std::numeric_limits<std::uint64_t>::max()};

}  // namespace voxspec::differential
