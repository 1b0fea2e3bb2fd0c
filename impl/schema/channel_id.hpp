#pragma once
#include "impl/wire/shape.hpp"

#include <cstdint>

namespace vox::schema {

// One end of a channel as an argument that is nothing but its id: what a value says of a channel on
// the wire, for those who move the items themselves.
template <class Element, shape::ChannelDirection Direction>
struct ChannelId {
  using channel_element = Element;
  static constexpr shape::ChannelDirection channel_direction = Direction;

  std::uint64_t id = 0;

  [[nodiscard]] std::uint64_t channel_id() const { return id; }
  void set_channel_id(std::uint64_t to) { id = to; }
  bool operator==(ChannelId const&) const = default;
};

// The callee sends on a Tx and receives on an Rx.
template <class Element>
using Tx = ChannelId<Element, shape::ChannelDirection::tx>;
template <class Element>
using Rx = ChannelId<Element, shape::ChannelDirection::rx>;

}  // namespace vox::schema
