#pragma once
#include "impl/net/channel.hpp"
#include "impl/rpc/command.hpp"
#include "impl/rpc/event.hpp"
#include "impl/wire/metadata.hpp"

#include <boost/asio/awaitable.hpp>

namespace vox::net {

struct OutgoingCall {
  rpc::Method const* method = nullptr;
  Bytes args{};
  wire::Metadata metadata{};
};

class Connection {
 public:
  [[nodiscard]] boost::asio::awaitable<rpc::CallOutcome> call(OutgoingCall call) const;
  [[nodiscard]] std::expected<Channel, rpc::Refusal> make_channel(rpc::Method const& method,
                                                                  std::uint32_t type) const;
};

}  // namespace vox::net
