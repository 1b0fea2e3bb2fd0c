#include "impl/net/typed/channel_slot.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

ChannelError error_of(rpc::ChannelEnd end) {
  switch (end) {
    case rpc::ChannelEnd::closed:
      return ChannelError::closed;
    case rpc::ChannelEnd::reset:
      return ChannelError::reset;
    case rpc::ChannelEnd::lost:
      return ChannelError::lost;
  }
  std::unreachable();
}

}  // namespace

void ChannelSlot::bind(Channel channel, wire::Strictness strictness) {
  strictness_ = strictness;
  channel_ = std::make_shared<Channel>(std::move(channel));
  if (changed_) changed_->notify();
}

void ChannelSlot::end(ChannelError error) {
  if (!error_) error_ = channel_ == nullptr ? ChannelError::lost : error;
  if (auto const channel = std::exchange(channel_, nullptr)) channel->close();
  if (changed_) changed_->notify();
}

asio::awaitable<void> ChannelSlot::settled() {
  if (!changed_) changed_.emplace(co_await asio::this_coro::executor);
  co_await changed_->until([this] { return is_settled(); });
}

ChannelError ChannelSlot::failed(rpc::ChannelEnd end) {
  // After end() the channel only knows that it is gone.
  if (!error_) error_ = error_of(end);
  return *error_;
}

asio::awaitable<std::expected<void, ChannelError>> ChannelSlot::send(
    std::shared_ptr<ChannelSlot> slot, Bytes item) {
  if (!slot->is_settled()) co_await slot->settled();
  if (slot->error_) co_return std::unexpected(*slot->error_);
  auto const channel = slot->channel_;
  auto const sent = co_await channel->send(std::move(item));
  if (!sent) co_return std::unexpected(slot->failed(sent.error()));
  co_return std::expected<void, ChannelError>{};
}

asio::awaitable<std::expected<rpc::ReceivedItem, ChannelError>> ChannelSlot::receive(
    std::shared_ptr<ChannelSlot> slot) {
  if (!slot->is_settled()) co_await slot->settled();
  if (slot->error_) co_return std::unexpected(*slot->error_);
  auto const channel = slot->channel_;
  auto received = co_await channel->receive();
  if (!received) co_return std::unexpected(slot->failed(received.error()));
  co_return std::move(*received);
}

}  // namespace vox::net
