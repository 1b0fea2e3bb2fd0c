#pragma once
#include "impl/rpc/channel.hpp"
#include "impl/rpc/endpoint.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>

namespace vox::net {

// Our end of one channel. Dropping it closes a sending end and releases a receiving one.
class Channel {
 public:
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;
  ~Channel();
  [[nodiscard]] session::ChannelId id() const;
  [[nodiscard]] bool sends() const;
  [[nodiscard]] boost::asio::awaitable<std::expected<void, rpc::ChannelEnd>> send(Bytes item);
  [[nodiscard]] boost::asio::awaitable<std::expected<rpc::ReceivedItem, rpc::ChannelEnd>> receive();
  void close();
};

}  // namespace vox::net
