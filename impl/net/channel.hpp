#pragma once
#include "impl/rpc/channel.hpp"
#include "impl/rpc/endpoint.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>

namespace vox::net {

class Runner;

// Our end of one channel. Dropping it closes a sending end and releases a receiving one. One
// coroutine at a time may wait for it.
// r[impl rpc.channel]
class Channel {
 public:
  Channel(std::shared_ptr<Runner> runner, rpc::ChannelRef ref, bool sends);
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;
  Channel(Channel const&) = delete;
  Channel& operator=(Channel const&) = delete;
  ~Channel();

  // As it stands in arguments; 0 once the endpoint has forgotten the channel.
  [[nodiscard]] session::ChannelId id() const;
  [[nodiscard]] bool sends() const { return sends_; }
  // Returns when the item is accepted for sending; waits for the receiver's credit, and for room.
  // r[impl rpc.flow-control.credit.exhaustion]
  [[nodiscard]] boost::asio::awaitable<std::expected<void, rpc::ChannelEnd>> send(Bytes item);
  // The next item, as our own encoder would have written it.
  [[nodiscard]] boost::asio::awaitable<std::expected<rpc::ReceivedItem, rpc::ChannelEnd>> receive();
  // What dropping it does.
  void close() noexcept;

 private:
  std::shared_ptr<Runner> runner_;  // null once it is closed or moved from
  rpc::ChannelRef ref_;
  bool sends_;
};

}  // namespace vox::net
