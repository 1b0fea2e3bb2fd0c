#pragma once
#include <boost/describe/enum.hpp>

#include <cstdint>

namespace vox {

// Which bytes two peers exchange. Which behaviour is right is another question: rulebook.hpp.
enum class Dialect : std::uint8_t {
  vox_0_4,  // 0.4.0
  vox_0_5,  // 0.5.1, 0.6.1, 0.7.0 and 0.8.2
};
BOOST_DESCRIBE_ENUM(Dialect, vox_0_4, vox_0_5)

// What differs between the dialects; all else is the same.
struct DialectTraits {
  // ConnectionSettings ends with initial_channel_credit. Without it each channel begins with 16.
  bool announces_credit = false;
  bool has_stable_conduit = true;
  // On a Unix socket a count of file descriptors follows each length. Of vox_0_5 this is so from
  // 0.7.0 on, which no byte before the first frame tells.
  bool counts_descriptors = false;
};

[[nodiscard]] constexpr DialectTraits traits_of(Dialect dialect) {
  if (dialect == Dialect::vox_0_4) return {};
  return {.announces_credit = true, .has_stable_conduit = false, .counts_descriptors = true};
}

}  // namespace vox
