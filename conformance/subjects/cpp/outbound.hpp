#pragma once
#include "impl/net/handler.hpp"
#include "impl/net/session_builder.hpp"
#include "spec/parity.hpp"

#include <cstdint>
#include <memory>

namespace voxspec::subject {

// Virtual connections that the subject opens by itself, in the background, so that the root is
// served meanwhile: one after the other, each called once and dropped, which is what closes it.
struct Outbound {
  std::uint32_t count = 0;
  vox::Parity parity = vox::Parity::odd;
  std::shared_ptr<vox::net::Handler> handler;
};
void open_connections(boost::asio::any_io_executor const& executor,
                      vox::net::Established const& established, Outbound const& outbound);

}  // namespace voxspec::subject
