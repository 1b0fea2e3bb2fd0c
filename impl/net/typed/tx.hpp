#pragma once
#include "impl/net/typed/channel_half.hpp"
#include "impl/wire/postcard.hpp"
#include "impl/wire/shape.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <utility>
#include <vector>

namespace vox::net {

// The sending end of a channel of T. In the arguments of a method it is what the handler sends on;
// its caller passes one half of a pair and receives on the other.
// r[impl rpc.channel.direction]
template <class T>
class Tx : public ChannelHalf {
 public:
  using channel_element = T;
  static constexpr auto channel_direction = shape::ChannelDirection::tx;

  Tx() = default;
  explicit Tx(std::shared_ptr<ChannelSlot> slot) : ChannelHalf{std::move(slot)} {}

  // Waits until the receiver has given credit. On a half of a pair, it first waits until the other
  // half is passed in a call. An error means that this and all later items go nowhere.
  // r[impl rpc.channel.item] r[impl rpc.flow-control.credit.exhaustion]
  [[nodiscard]] boost::asio::awaitable<std::expected<void, ChannelError>> send(T const& item) {
    return ChannelSlot::send(live_slot(), wire::encode_value(item));
  }
  // Sends the items one after the other, and closes.
  [[nodiscard]] boost::asio::awaitable<std::expected<void, ChannelError>> send_all(
      std::vector<T> items) {
    for (auto const& item : items) {
      auto const sent = co_await send(item);
      if (!sent) co_return std::unexpected(sent.error());
    }
    close();
    co_return std::expected<void, ChannelError>{};
  }
  // No more items follow. Dropping the Tx does the same. r[impl rpc.channel.close]
  void close() { end(ChannelError::closed); }
};

}  // namespace vox::net
