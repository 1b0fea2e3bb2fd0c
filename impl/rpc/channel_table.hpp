#pragma once
#include "impl/rpc/channel.hpp"
#include "impl/session/ids.hpp"
#include "spec/parity.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace vox::rpc {

// All ends of channels that an endpoint has, by their reference and, within a connection, by the id
// on the wire. Channels stay where they are while they exist.
class ChannelTable {
 public:
  // An end on a connection, with an id that no channel of the connection has.
  Channel& add(session::ConnectionId connection_id, session::ChannelId id, bool sends);
  // Gives it another id on the wire. The old one is forgotten.
  void rebind(Channel& channel, session::ChannelId id);
  // Its connection is over: only its reference leads to it from here on.
  void detach(Channel& channel);
  void remove(ChannelRef ref);

  [[nodiscard]] Channel* find(ChannelRef ref);
  [[nodiscard]] Channel const* find(ChannelRef ref) const;
  [[nodiscard]] Channel* find(session::ConnectionId connection_id, session::ChannelId id);
  // 0 for an id that no channel of the connection has.
  [[nodiscard]] ChannelRef ref_of(session::ConnectionId connection_id, session::ChannelId id) const;
  [[nodiscard]] std::size_t size() const { return by_ref_.size(); }

  template <class Visit>
  void for_each(Visit const& visit) {
    for (auto& [ref, channel] : by_ref_)
      visit(channel);
  }

 private:
  struct Key {
    session::ConnectionId connection_id = 0;
    session::ChannelId id = 0;
    bool operator==(Key const&) const = default;
    friend std::size_t hash_value(Key const& key) {
      std::size_t seed = 0;
      boost::hash_combine(seed, key.connection_id);
      boost::hash_combine(seed, key.id);
      return seed;
    }
  };

  boost::unordered_map<ChannelRef, Channel> by_ref_;
  boost::unordered_flat_map<Key, ChannelRef> by_id_;
  ChannelRef last_ = 0;
};

}  // namespace vox::rpc
