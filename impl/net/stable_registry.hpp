#pragma once
#include "impl/wire/resume_key.hpp"

#include <cstddef>
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
  void issued(ResumeKey const& key, ResumeKey const* presented,
              std::shared_ptr<StableMessageConduit> const& conduit);
  // Null for a key that nobody issued, or whose conduit is over.
  [[nodiscard]] std::shared_ptr<StableMessageConduit> find(ResumeKey const& key) const;
  [[nodiscard]] std::size_t size() const { return conduits_.size(); }

 private:
  std::map<ResumeKey, std::weak_ptr<StableMessageConduit>> conduits_;
};

}  // namespace vox::net
