#pragma once
#include "spec/parity.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>

namespace vox {

// What one side announces for one connection: the parity of its own ids there, and how many
// requests it is willing to have in flight towards it.
// r[impl session.connection-settings]
struct ConnectionSettings {
  Parity parity = Parity::odd;
  std::uint32_t max_concurrent_requests = 64;

  bool operator==(ConnectionSettings const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConnectionSettings, (), (parity, max_concurrent_requests))

}  // namespace vox
