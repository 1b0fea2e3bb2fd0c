#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/connection_state.hpp"
#include "impl/session/id_map.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/transitions.hpp"
#include "spec/limits.hpp"
#include "spec/settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace vox::session {

// What a session holds for one connection id.
// r[impl connection]
struct Slot {
  ConnectionId id = 0;
  ConnectionState state = ConnectionState::absent;
  bool driver_gone = false;
  ConnectionSettings our_settings;
  ConnectionSettings peer_settings;
  // The method of each request in flight: of the peer's, which we owe responses, and of ours.
  IdMap<MethodId> calls_in;
  IdMap<MethodId> calls_out;
  schema::SendTracker sent;
  // What the peer has announced; made with the first announcement.
  std::unique_ptr<schema::ReceiveTracker> received;
  std::size_t announced_bytes = 0;  // of the announcements in `received`
  // Counts how often ids were closed, so that an old memory of this one is told from a new one.
  std::uint64_t closed_as = 0;

  // Everything about requests, and what was announced to the peer.
  void forget_requests();

  [[nodiscard]] bool is_live() const { return states::taken.contains(state); }
};

// All connections of a session: the live ones, and of the closed ones the last so many, because the
// peer may still speak on an id that we closed, and because 0.4.0 remembers what it sent on an id.
// Of those that were forgotten only the highest id of each parity is kept: ids are handed out in
// rising order, so that an unknown id up to there counts as closed.
class ConnectionTable {
 public:
  // What a live connection takes beside its slot, here and in the endpoint, before anything is said
  // on it: measured with 7,700 of them, 1.7 KB in spec and 2.6 KB in vox_0_4.
  static constexpr std::size_t tables_bytes = 2600;

  ConnectionTable(Limits const& limits, std::uint64_t seed);

  // The slot of the id, live or remembered, or null. Slots stay where they are while they exist.
  [[nodiscard]] Slot* find(ConnectionId id);
  [[nodiscard]] Slot const* find(ConnectionId id) const;
  [[nodiscard]] Slot* find_live(ConnectionId id);
  [[nodiscard]] ConnectionState state_of(ConnectionId id) const;

  // A live slot at `place` for an id that has none. What is remembered of the id is in it.
  Slot& open(ConnectionId id, ConnectionState place);
  // A live slot is over; its id is remembered as closed_here, closed_by_peer or refused.
  void close(Slot& slot, ConnectionState as);
  // A live slot is gone as if it had never been.
  void erase(Slot& slot);

  [[nodiscard]] std::size_t live_count() const { return live_count_; }
  // What the slots take, the tables of live connections and what was announced on them.
  [[nodiscard]] std::size_t held_bytes() const {
    return (slots_.size() - free_.size()) * sizeof(Slot) + live_count_ * tables_bytes +
           announced_bytes_;
  }
  // The slot has taken so many new bytes of an announcement.
  void charge(Slot& slot, std::size_t bytes) {
    slot.announced_bytes += bytes;
    announced_bytes_ += bytes;
  }
  void discharge(Slot& slot) { announced_bytes_ -= std::exchange(slot.announced_bytes, 0); }
  // r[impl connection.virtual]
  [[nodiscard]] bool has_virtual() const;
  [[nodiscard]] std::vector<ConnectionId> live_ids() const;  // in rising order

  // Calls visit(slot) for every slot, live or remembered.
  template <class Visit>
  void for_each(Visit const& visit) {
    for (auto& slot : slots_) {
      if (slot.state != ConnectionState::absent) visit(slot);
    }
  }

 private:
  struct Closed {
    ConnectionId id;
    std::uint64_t closed_as;
  };

  void release(Slot& slot);
  void forget_oldest();

  std::size_t closed_max_;
  std::uint64_t seed_;
  IdMap<std::uint32_t> index_;  // into slots_
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::deque<Closed> closed_;                        // in the order of closing
  std::array<ConnectionId, 2> forgotten_through_{};  // of even and of odd ids
  std::uint64_t closings_ = 0;
  std::size_t live_count_ = 0;
  std::size_t announced_bytes_ = 0;
};

}  // namespace vox::session
