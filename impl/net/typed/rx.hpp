#pragma once
#include "impl/net/typed/channel_half.hpp"
#include "impl/wire/postcard.hpp"
#include "impl/wire/shape.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <optional>
#include <utility>

namespace vox::net {

// The receiving end of a channel of T. In the arguments of a method it is what the handler receives
// on; its caller passes one half of a pair and sends on the other.
// r[impl rpc.channel.direction]
template <class T>
class Rx : public ChannelHalf {
 public:
  using channel_element = T;
  static constexpr auto channel_direction = shape::ChannelDirection::rx;

  Rx() = default;
  explicit Rx(std::shared_ptr<ChannelSlot> slot) : ChannelHalf{std::move(slot)} {}

  // Waits for an item. Nothing: the sender is done. An error: no item comes any more, though the
  // sender may not be done. Bytes that are no T end the channel.
  // r[impl rpc.channel.close] r[impl rpc.channel.reset]
  [[nodiscard]] boost::asio::awaitable<std::expected<std::optional<T>, ChannelError>> recv() {
    auto const slot = live_slot();
    auto received = co_await ChannelSlot::receive(slot);
    if (!received) {
      if (received.error() == ChannelError::closed) co_return std::optional<T>{};
      co_return std::unexpected(received.error());
    }
    auto item = wire::decode_value<T>(received->bytes, slot->strictness());
    if (item) co_return std::optional<T>{std::move(*item)};
    slot->end(ChannelError::invalid_item);
    co_return std::unexpected(ChannelError::invalid_item);
  }
  // The same for a loop that wants to know no more than whether there is another item.
  [[nodiscard]] boost::asio::awaitable<std::optional<T>> next() {
    auto received = co_await recv();
    co_return received ? std::move(*received) : std::nullopt;
  }
  // No more items are wanted. Dropping the Rx does the same.
  void release() { end(ChannelError::closed); }
};

}  // namespace vox::net
