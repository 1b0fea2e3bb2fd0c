#pragma once
#include "impl/net/handler.hpp"
#include "spec/rulebook.hpp"

#include <memory>

namespace voxspec::subject {

// Serves Testbed, all of it. It has no state, so that one serves all connections.
[[nodiscard]] std::shared_ptr<vox::net::Handler> make_testbed_service(vox::Rulebook rulebook);

}  // namespace voxspec::subject
