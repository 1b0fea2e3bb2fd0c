#pragma once
#include "impl/rpc/operation.hpp"
#include "impl/schema/plan.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/ring.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace vox::rpc {

// Names our end of one channel for as long as the endpoint lives; 0 is none. The id on the wire
// behind it changes if the call is repeated after a resume.
using ChannelRef = std::uint64_t;
// Names one call of ours for as long as the endpoint lives; 0 is none.
using CallId = std::uint64_t;

// How a channel came to its end, as one of its ends sees it.
//  closed  the sender said that it is done
//  reset   the receiver wants no more
//  lost    the link, the connection or the session is gone
enum class ChannelEnd : std::uint8_t { closed, reset, lost };
BOOST_DESCRIBE_ENUM(ChannelEnd, closed, reset, lost)

// How many items may be sent before any grant. Fixed in 0.4.0 and on no wire.
// r[impl rpc.flow-control.credit.initial]
inline constexpr std::uint32_t initial_credit = 16;

// The receive queue of 0.4.0, which does not look at credit.
inline constexpr std::size_t unchecked_items_max = 64;

enum class ChannelMessageKind : std::uint8_t { item, close, reset, grant };

// One item that arrived and was not taken: its bytes as the peer wrote them.
struct ChannelItem {
  Backing backing;
  ByteView bytes;
};

// What came for a channel, perhaps before the call that names it, as 0.4.0's clients send it.
struct EarlyMessage {
  session::ChannelId id = 0;
  ChannelMessageKind kind = ChannelMessageKind::item;
  ChannelItem item{};
  std::uint32_t additional = 0;  // of a grant

  // With its place and what the payload takes that it came in: a message may bring no bytes.
  [[nodiscard]] std::size_t held_bytes() const {
    constexpr std::size_t payload_overhead = 96;
    return item.bytes.size() + sizeof(EarlyMessage) + payload_overhead;
  }
};

// Our end of one channel. The caller of a method sends on its Rx arguments and receives on its Tx
// arguments; the handler does the opposite.
// r[impl rpc.channel] r[impl rpc.channel.direction]
struct Channel {
  ChannelRef ref = 0;
  session::ConnectionId connection_id = 0;
  session::ChannelId id = 0;
  bool sends = false;
  // Ours alone until the call goes out that names it; an end of the handler's is bound at once.
  bool bound = false;
  std::optional<ChannelEnd> end;
  CallId call = 0;                // of ours that it belongs to
  std::uint32_t type = 0;         // its number in the method's ChannelWalk
  bool application_gone = false;  // nobody takes items any more
  bool is_waiting = false;        // among those that wait for room in the session
  bool connection_gone = false;   // its ids may be those of another connection by now

  // A sender's.
  std::uint64_t credit = initial_credit;
  bool close_waits = false;  // for room in the session's queue
  bool wants_room = false;   // an item was refused for want of credit or of room

  // A receiver's.
  session::Ring<ChannelItem> items;
  std::uint32_t window = initial_credit;      // items that may be unconsumed; it grows with grants
  std::uint32_t receivable = initial_credit;  // how many more items the peer may send
  std::uint32_t consumed = 0;                 // and not yet granted
  std::shared_ptr<schema::Plan const> plan;   // how to read items; null: as they are
};

}  // namespace vox::rpc
