#pragma once
#include "impl/net/channel.hpp"
#include "impl/net/typed/channel_slot.hpp"
#include "impl/wire/reader.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace vox::net {

// What a Tx and an Rx have in common, whatever their items are. It is either
//  - empty: made without a pair, moved from, or passed in a call;
//  - one half of a pair, of which one is passed in a call and the other one kept; or
//  - a handler's end of a channel, in the arguments of a call of the peer.
// Dropping a kept half, or a handler's, closes the channel or releases it; dropping the half that
// was to be passed ends the kept one.
class ChannelHalf {
 public:
  ChannelHalf(ChannelHalf const&) = delete;
  ChannelHalf& operator=(ChannelHalf const&) = delete;

  // As which the half stands in encoded arguments.
  [[nodiscard]] std::uint64_t channel_id() const { return id_; }
  void set_channel_id(std::uint64_t to) { id_ = to; }

  // For the runtime: the end of a handler.
  void adopt(Channel channel, wire::Strictness strictness);
  // For the runtime: this half is passed in a call, and the kept one works on `ours`. Given back if
  // nobody has kept it. This half is empty then.
  [[nodiscard]] std::optional<Channel> pass(Channel ours, wire::Strictness strictness);
  // A handler's end, and a half whose pair has been passed already, cannot be passed in a call.
  [[nodiscard]] bool can_be_passed() const;
  // What the kept half works on; null without a pair.
  [[nodiscard]] std::shared_ptr<ChannelSlot> const& slot() const { return slot_; }

 protected:
  ChannelHalf() = default;
  explicit ChannelHalf(std::shared_ptr<ChannelSlot> slot) : slot_{std::move(slot)} {}
  ChannelHalf(ChannelHalf&& other) noexcept
      : slot_{std::exchange(other.slot_, nullptr)}, id_{std::exchange(other.id_, 0)} {}
  ChannelHalf& operator=(ChannelHalf&& other) noexcept;
  ~ChannelHalf() { end(ChannelError::closed); }

  void end(ChannelError error);
  // The slot, or one that has ended for a half that is empty.
  [[nodiscard]] std::shared_ptr<ChannelSlot> live_slot() const;

 private:
  std::shared_ptr<ChannelSlot> slot_;
  std::uint64_t id_ = 0;
};

}  // namespace vox::net
