#pragma once
#include "spec/parity.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>

namespace vox {

// What one side announces for one connection: the parity of its own ids there, how many requests
// it is willing to have in flight towards it, and how many items may be sent to it on each channel
// before it grants more. The last is not on the wire of vox_0_4, where it is always 16.
// r[impl session.connection-settings]
struct ConnectionSettings {
  Parity parity = Parity::odd;
  std::uint32_t max_concurrent_requests = 64;
  std::uint32_t initial_channel_credit = 16;

  bool operator==(ConnectionSettings const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConnectionSettings, (),
                      (parity, max_concurrent_requests, initial_channel_credit))

}  // namespace vox
