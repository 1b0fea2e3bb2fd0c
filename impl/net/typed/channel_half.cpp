#include "impl/net/typed/channel_half.hpp"

namespace vox::net {

ChannelHalf& ChannelHalf::operator=(ChannelHalf&& other) noexcept {
  if (this == &other) return *this;
  end(ChannelError::closed);
  slot_ = std::exchange(other.slot_, nullptr);
  id_ = std::exchange(other.id_, 0);
  return *this;
}

void ChannelHalf::adopt(Channel channel, wire::Strictness strictness) {
  slot_ = std::make_shared<ChannelSlot>(std::move(channel), strictness);
}

bool ChannelHalf::can_be_passed() const {
  return slot_ == nullptr || !slot_->is_bound();
}

std::optional<Channel> ChannelHalf::pass(Channel ours, wire::Strictness strictness) {
  auto const slot = std::exchange(slot_, nullptr);
  // The kept half is gone, or there never was a pair.
  if (slot == nullptr || slot->is_settled()) return ours;
  slot->bind(std::move(ours), strictness);
  return std::nullopt;
}

void ChannelHalf::end(ChannelError error) {
  if (slot_ != nullptr) slot_->end(error);
}

std::shared_ptr<ChannelSlot> ChannelHalf::live_slot() const {
  if (slot_ != nullptr) return slot_;
  auto ended = std::make_shared<ChannelSlot>();
  ended->end(ChannelError::lost);
  return ended;
}

}  // namespace vox::net
