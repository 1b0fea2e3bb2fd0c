#pragma once
#include "impl/net/handler.hpp"

#include <memory>

namespace voxspec::subject {

// Serves Testbed, all of it. It has no state, so that one serves all connections.
[[nodiscard]] std::shared_ptr<vox::net::Handler> make_testbed_service();

}  // namespace voxspec::subject
