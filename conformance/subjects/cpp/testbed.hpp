#pragma once
#include "conformance/subjects/testbed/methods.hpp"
#include "impl/net/typed/channel_pair.hpp"
#include "impl/net/typed/client.hpp"

namespace voxspec::subject {

// The service with channels that carry items.
using Testbed = testbed::Declaration<vox::net::Tx, vox::net::Rx>;
using TestbedClient = vox::net::Client<Testbed>;

}  // namespace voxspec::subject
