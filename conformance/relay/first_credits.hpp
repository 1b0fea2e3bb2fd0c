#pragma once
#include "conformance/peer/frame.hpp"

#include <cstdint>
#include <map>

namespace voxspec::relay {

// How many items of a channel one side of a session takes before it has granted any: what it
// announced for the connection, or 16 where its dialect announces nothing.
class FirstCredits {
 public:
  // To be told of each frame of that side.
  void note(Frame const& frame);
  [[nodiscard]] std::uint64_t on(std::uint64_t connection) const;

 private:
  std::map<std::uint64_t, std::uint64_t> announced_;  // by connection
};

}  // namespace voxspec::relay
