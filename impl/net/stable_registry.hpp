#pragma once
#include "impl/rpc/session_registry.hpp"
#include "impl/wire/resume_key.hpp"

#include <map>
#include <memory>

namespace vox::net {

class StableMessageConduit;

// The stable conduits of a server by the keys that it gave out: the newest of each, and the one
// before, for a client that lost its link before it heard of the newest. It does not keep conduits
// alive.
// r[impl stable.reconnect] r[impl stable.resume-key]
class StableRegistry {
 public:
  // The conduit has issued this key, to a client that presented none or that one.
  void issued(ResumeKey const& key, std::optional<ResumeKey> const& presented,
              std::shared_ptr<StableMessageConduit> const& conduit);
  // The conduit is over.
  void ended(StableMessageConduit const& conduit);
  // Null for a conduit that is over.
  [[nodiscard]] std::shared_ptr<StableMessageConduit> find(rpc::SessionNumber number) const;
  // Null for a key that nobody issued, or whose conduit is over.
  [[nodiscard]] std::shared_ptr<StableMessageConduit> find(ResumeKey const& key) const;
  // The keys, for whoever accepts links.
  [[nodiscard]] rpc::SessionRegistry& keys() { return keys_; }

 private:
  rpc::SessionRegistry keys_{Rulebook::spec};
  std::map<rpc::SessionNumber, std::weak_ptr<StableMessageConduit>> conduits_;
  rpc::SessionNumber next_ = 1;
};

}  // namespace vox::net
