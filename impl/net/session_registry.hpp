#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/link/link.hpp"
#include "impl/rpc/session_registry.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace vox::net {

class Runner;

// The sessions of an acceptor that a peer may come back to after the loss of a link, and the links
// that have no session yet. It is shared by all links that belong together, and keeps neither
// sessions nor links alive.
// r[impl core.M5] r[impl session.handshake.resume]
class SessionRegistry {
 public:
  explicit SessionRegistry(Rulebook rulebook, Limits const& limits = {});

  // Who is known by which key.
  [[nodiscard]] rpc::SessionRegistry& known() { return known_; }
  [[nodiscard]] rpc::SessionRegistry const& known() const { return known_; }

  // Takes in a session, and returns its number.
  rpc::SessionNumber add(std::shared_ptr<Runner> const& session);
  // Null for a session that is over.
  [[nodiscard]] std::shared_ptr<Runner> find(rpc::SessionNumber number) const;
  void remove(rpc::SessionNumber number);
  // The session has lost its link and waits; one that has waited longer may have to end for it.
  void detached(rpc::SessionNumber number);
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }

  // A link that has no session yet is counted until it is settled; the oldest may have to go for
  // it. Numbers rise, so that of two links the newer one is known.
  [[nodiscard]] conduit::LinkNumber link_opened(std::shared_ptr<link::Link> const& link);
  void link_settled(conduit::LinkNumber number);

 private:
  rpc::SessionRegistry known_;
  boost::unordered_flat_map<rpc::SessionNumber, std::weak_ptr<Runner>> sessions_;
  boost::unordered_flat_map<conduit::LinkNumber, std::weak_ptr<link::Link>> half_open_;
  rpc::SessionNumber last_session_ = 0;
  conduit::LinkNumber last_link_ = 0;
};

}  // namespace vox::net
