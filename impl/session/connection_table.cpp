#include "impl/session/connection_table.hpp"

#include "spec/assert.hpp"

#include <algorithm>

namespace vox::session {

void Slot::forget_requests() {
  auto const hash = calls_in.hash_function();
  calls_in = IdMap<MethodId>{0, hash};
  calls_out = IdMap<MethodId>{0, hash};
  sent.reset();
}

ConnectionTable::ConnectionTable(Limits const& limits, std::uint64_t seed)
    : closed_max_{limits.closed_connections_max}, seed_{seed}, index_{0, KeyedHash{seed}} {}

Slot* ConnectionTable::find(ConnectionId id) {
  auto const at = index_.find(id);
  return at == index_.end() ? nullptr : &slots_[at->second];
}
Slot const* ConnectionTable::find(ConnectionId id) const {
  auto const at = index_.find(id);
  return at == index_.end() ? nullptr : &slots_[at->second];
}
Slot* ConnectionTable::find_live(ConnectionId id) {
  auto* const slot = find(id);
  return slot != nullptr && slot->is_live() ? slot : nullptr;
}

ConnectionState ConnectionTable::state_of(ConnectionId id) const {
  auto const* const slot = find(id);
  if (slot != nullptr && (slot->is_live() || id != root_connection)) return slot->state;
  if (id == root_connection) return ConnectionState::root_removed;
  return id <= forgotten_through_[id % 2] ? ConnectionState::forgotten : ConnectionState::absent;
}

Slot& ConnectionTable::open(ConnectionId id, ConnectionState place) {
  VOX_ASSERT(states::taken.contains(place));
  auto* slot = find(id);
  VOX_ASSERT(slot == nullptr || !slot->is_live());
  if (slot == nullptr) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    auto const at = free_.back();
    free_.pop_back();
    index_.insert_or_assign(id, at);
    slot = &slots_[at];
    slot->id = id;
    slot->calls_in = IdMap<MethodId>{0, KeyedHash{seed_}};
    slot->calls_out = IdMap<MethodId>{0, KeyedHash{seed_}};
  }
  slot->state = place;
  slot->driver_gone = false;
  slot->received.reset();
  discharge(*slot);
  ++live_count_;
  return *slot;
}

void ConnectionTable::close(Slot& slot, ConnectionState as) {
  VOX_ASSERT(slot.is_live() && !states::taken.contains(as));
  slot.state = as;
  slot.closed_as = ++closings_;
  slot.received.reset();
  discharge(slot);
  --live_count_;
  closed_.push_back({.id = slot.id, .closed_as = slot.closed_as});
  if (closed_.size() > closed_max_) forget_oldest();
}

void ConnectionTable::erase(Slot& slot) {
  VOX_ASSERT(slot.is_live());
  --live_count_;
  release(slot);
}

bool ConnectionTable::has_virtual() const {
  return live_count_ > (state_of(root_connection) == ConnectionState::root ? 1U : 0U);
}

std::vector<ConnectionId> ConnectionTable::live_ids() const {
  std::vector<ConnectionId> ids;
  for (auto const& slot : slots_) {
    if (slot.is_live()) ids.push_back(slot.id);
  }
  std::ranges::sort(ids);
  return ids;
}

void ConnectionTable::release(Slot& slot) {
  auto const found = index_.find(slot.id);
  VOX_ASSERT(found != index_.end());
  auto const at = found->second;
  index_.erase(found);
  discharge(slot);
  slot = Slot{};
  free_.push_back(at);
}

void ConnectionTable::forget_oldest() {
  auto const oldest = closed_.front();
  closed_.pop_front();
  auto* const slot = find(oldest.id);
  // The id may have been opened again since, and even closed once more.
  if (slot == nullptr || slot->is_live() || slot->closed_as != oldest.closed_as) return;
  auto& through = forgotten_through_[oldest.id % 2];
  through = std::max(through, oldest.id);
  release(*slot);
}

}  // namespace vox::session
