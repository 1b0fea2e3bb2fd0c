#include "impl/net/channel.hpp"

#include "impl/net/runner.hpp"

#include <utility>

namespace vox::net {

Channel::Channel(std::shared_ptr<Runner> runner, rpc::ChannelRef ref, bool sends)
    : runner_{std::move(runner)}, ref_{ref}, sends_{sends} {}

Channel::Channel(Channel&& other) noexcept
    : runner_{std::exchange(other.runner_, nullptr)}, ref_{other.ref_}, sends_{other.sends_} {}

Channel& Channel::operator=(Channel&& other) noexcept {
  if (this == &other) return *this;
  close();
  runner_ = std::exchange(other.runner_, nullptr);
  ref_ = other.ref_;
  sends_ = other.sends_;
  return *this;
}

Channel::~Channel() {
  close();
}

session::ChannelId Channel::id() const {
  return runner_ ? runner_->endpoint().channel_id(ref_).value_or(0) : 0;
}

// Null for a channel that was closed: nothing more can be sent or received on it.
boost::asio::awaitable<std::expected<void, rpc::ChannelEnd>> Channel::send(Bytes item) {
  auto const runner = runner_;
  if (!runner) co_return std::unexpected(rpc::ChannelEnd::closed);
  co_return co_await runner->send_item(ref_, std::move(item));
}

boost::asio::awaitable<std::expected<rpc::ReceivedItem, rpc::ChannelEnd>> Channel::receive() {
  auto const runner = runner_;
  if (!runner) co_return std::unexpected(rpc::ChannelEnd::closed);
  co_return co_await runner->receive_item(ref_);
}

void Channel::close() noexcept {
  if (auto const runner = std::exchange(runner_, nullptr)) runner->drop_channel(ref_, sends_);
}

}  // namespace vox::net
