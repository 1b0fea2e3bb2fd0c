#pragma once
#include "impl/net/channel.hpp"
#include "impl/rpc/service.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/metadata.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace vox::net {

struct IncomingCall {
  rpc::Method const* method = nullptr;
  session::ConnectionId connection_id = 0;
  wire::MetadataView metadata{};
  Backing metadata_backing{};
  ByteView args{};
  Backing backing{};
  std::vector<Channel> channels{};
};

class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual rpc::Service const& service() const = 0;
  [[nodiscard]] virtual boost::asio::awaitable<Bytes> handle(IncomingCall call) = 0;
  virtual void on_closed(session::ConnectionId) {}
};

}  // namespace vox::net
