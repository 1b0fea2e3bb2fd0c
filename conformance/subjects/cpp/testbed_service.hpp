#pragma once
#include "impl/net/request_handler.hpp"
#include "spec/rulebook.hpp"

#include <memory>

namespace voxspec::subject {

// Serves Testbed: every method that carries no channel. It has no state, so that one serves all
// connections.
[[nodiscard]] std::shared_ptr<vox::net::RequestHandler> make_testbed_service(
    vox::Rulebook rulebook);

}  // namespace voxspec::subject
