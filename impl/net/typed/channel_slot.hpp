#pragma once
#include "impl/link/condition.hpp"
#include "impl/net/channel.hpp"
#include "impl/rpc/channel.hpp"
#include "impl/rpc/endpoint.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <utility>

namespace vox::net {

// Why a channel gives or takes no more items.
//  closed        the sender is done
//  reset         the other side wants no more
//  lost          the link, the connection or the session is gone, or the call was never made
//  invalid_item  an item came that is no value of the channel's type, which ended the channel
enum class ChannelError : std::uint8_t { closed, reset, lost, invalid_item };
BOOST_DESCRIBE_ENUM(ChannelError, closed, reset, lost, invalid_item)

// What the two halves of a pair share: the end of the channel that the kept half works on, from the
// moment on when the other half is passed in a call. A handler's Tx or Rx has one of its own.
// r[impl rpc.channel.pair]
class ChannelSlot {
 public:
  ChannelSlot() = default;
  ChannelSlot(Channel channel, wire::Strictness strictness)
      : channel_{std::make_shared<Channel>(std::move(channel))}, strictness_{strictness} {}
  ChannelSlot(ChannelSlot const&) = delete;
  ChannelSlot(ChannelSlot&&) = delete;
  ChannelSlot& operator=(ChannelSlot const&) = delete;
  ChannelSlot& operator=(ChannelSlot&&) = delete;
  ~ChannelSlot() = default;

  // Whether a half of the pair has been passed, or none will be.
  [[nodiscard]] bool is_settled() const { return channel_ != nullptr || error_.has_value(); }
  [[nodiscard]] bool is_bound() const { return channel_ != nullptr; }
  // How items are read.
  [[nodiscard]] wire::Strictness strictness() const { return strictness_; }

  // The half that was kept works on this end. r[impl rpc.channel.pair.binding-propagation]
  void bind(Channel channel, wire::Strictness strictness);
  // Closes or releases the end, and tells the coroutines that wait. The first reason counts; a pair
  // of which neither half was passed yet is lost.
  void end(ChannelError error);

  // These wait until the slot is settled, and then for credit and room, or for an item.
  // r[impl rpc.channel.pair.tx-read] r[impl rpc.channel.pair.rx-take]
  [[nodiscard]] static boost::asio::awaitable<std::expected<void, ChannelError>> send(
      std::shared_ptr<ChannelSlot> slot, Bytes item);
  [[nodiscard]] static boost::asio::awaitable<std::expected<rpc::ReceivedItem, ChannelError>>
  receive(std::shared_ptr<ChannelSlot> slot);

 private:
  [[nodiscard]] boost::asio::awaitable<void> settled();
  [[nodiscard]] ChannelError failed(rpc::ChannelEnd end);

  // Shared with the coroutines that wait on it.
  std::shared_ptr<Channel> channel_;
  std::optional<ChannelError> error_;
  wire::Strictness strictness_ = wire::Strictness::strict;
  std::optional<link::Condition> changed_;  // once somebody waits
};

}  // namespace vox::net
