#pragma once
#include "impl/net/handler.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace voxspec::subject {

// Serves Probe, all of it. What was run, and what waits, is the same on all connections that one of
// these serves.
[[nodiscard]] std::shared_ptr<vox::net::Handler> make_probe_service(
    boost::asio::any_io_executor const& executor);

}  // namespace voxspec::subject
