#pragma once
#include "conformance/differential/script.hpp"
#include "spec/parity.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace voxspec::differential {

// The script of a seed; the same on every platform. Without a role the seed decides that, too.
[[nodiscard]] Script generate(std::uint64_t seed, std::optional<vox::Role> role = std::nullopt);

// What scripts never hold, though our session is indifferent to it, and why not.
struct LeftOut {
  std::string_view what;
  std::string_view reason;
};
[[nodiscard]] std::vector<LeftOut> left_out();

}  // namespace voxspec::differential
