#include "impl/net/stable_registry.hpp"

#include "impl/net/stable_message_conduit.hpp"

#include <algorithm>

namespace vox::net {

void StableRegistry::issued(ResumeKey const& key, std::optional<ResumeKey> const& presented,
                            std::shared_ptr<StableMessageConduit> const& conduit) {
  auto const known = std::ranges::find_if(
      conduits_, [&](auto const& entry) { return entry.second.lock() == conduit; });
  auto const number = known == conduits_.end() ? next_++ : known->first;
  conduits_.insert_or_assign(number, conduit);
  keys_.conduit_issued(key, presented, number);
}

void StableRegistry::ended(StableMessageConduit const& conduit) {
  std::erase_if(conduits_, [&](auto const& entry) {
    auto const owner = entry.second.lock();
    if (owner && owner.get() != &conduit) return false;
    keys_.ended(entry.first);
    return true;
  });
}

std::shared_ptr<StableMessageConduit> StableRegistry::find(rpc::SessionNumber number) const {
  auto const at = conduits_.find(number);
  return at == conduits_.end() ? nullptr : at->second.lock();
}

std::shared_ptr<StableMessageConduit> StableRegistry::find(ResumeKey const& key) const {
  auto const number = keys_.find_conduit(key);
  return number ? find(*number) : nullptr;
}

}  // namespace vox::net
