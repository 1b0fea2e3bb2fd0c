#pragma once
#include "conformance/subjects/testbed/probe_methods.hpp"
#include "impl/net/typed/channel_pair.hpp"
#include "impl/net/typed/client.hpp"

namespace voxspec::subject {

// The second service, with channels that carry items.
using Probe = probe::Declaration<vox::net::Tx, vox::net::Rx>;
using ProbeClient = vox::net::Client<Probe>;
using Tally = probe::Tally<vox::net::Tx, vox::net::Rx>;
using Source = probe::Source<vox::net::Tx, vox::net::Rx>;

}  // namespace voxspec::subject
