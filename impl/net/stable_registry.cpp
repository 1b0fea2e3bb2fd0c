#include "impl/net/stable_registry.hpp"

namespace vox::net {

void StableRegistry::issued(ResumeKey const& key, ResumeKey const* presented,
                            std::shared_ptr<StableMessageConduit> const& conduit) {
  // Keys of conduits that are over go, too.
  std::erase_if(conduits_, [&](auto const& entry) {
    auto const owner = entry.second.lock();
    bool const is_older = owner == conduit && (presented == nullptr || entry.first != *presented);
    return owner == nullptr || is_older;
  });
  conduits_.insert_or_assign(key, conduit);
}

std::shared_ptr<StableMessageConduit> StableRegistry::find(ResumeKey const& key) const {
  auto const found = conduits_.find(key);
  return found == conduits_.end() ? nullptr : found->second.lock();
}

}  // namespace vox::net
