#include "impl/rpc/channel_table.hpp"

#include "spec/assert.hpp"

#include <utility>

namespace vox::rpc {

Channel& ChannelTable::add(session::ConnectionId connection_id, session::ChannelId id, bool sends) {
  auto const ref = ++last_;
  auto const is_new = by_id_.emplace(Key{connection_id, id}, ref).second;
  VOX_ASSERT(is_new);
  auto& channel = by_ref_[ref];
  channel.ref = ref;
  channel.connection_id = connection_id;
  channel.id = id;
  channel.sends = sends;
  return channel;
}

void ChannelTable::rebind(Channel& channel, session::ChannelId id) {
  by_id_.erase(Key{channel.connection_id, channel.id});
  channel.id = id;
  by_id_.insert_or_assign(Key{channel.connection_id, id}, channel.ref);
}

void ChannelTable::detach(Channel& channel) {
  by_id_.erase(Key{channel.connection_id, channel.id});
  channel.connection_gone = true;
}

void ChannelTable::remove(ChannelRef ref) {
  auto const found = by_ref_.find(ref);
  if (found == by_ref_.end()) return;
  auto& channel = found->second;
  if (!channel.connection_gone) by_id_.erase(Key{channel.connection_id, channel.id});
  by_ref_.erase(found);
}

Channel* ChannelTable::find(ChannelRef ref) {
  auto const found = by_ref_.find(ref);
  return found == by_ref_.end() ? nullptr : &found->second;
}
Channel const* ChannelTable::find(ChannelRef ref) const {
  auto const found = by_ref_.find(ref);
  return found == by_ref_.end() ? nullptr : &found->second;
}

Channel* ChannelTable::find(session::ConnectionId connection_id, session::ChannelId id) {
  return find(ref_of(connection_id, id));
}

ChannelRef ChannelTable::ref_of(session::ConnectionId connection_id, session::ChannelId id) const {
  auto const found = by_id_.find(Key{connection_id, id});
  return found == by_id_.end() ? 0 : found->second;
}

}  // namespace vox::rpc
