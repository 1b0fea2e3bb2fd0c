#pragma once
#include "impl/net/establish.hpp"
#include "impl/net/stable_registry.hpp"
#include "impl/rpc/session_registry.hpp"
#include "impl/session/error.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/rulebook.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>

namespace vox::net {

class SessionDriver;

// The sessions of an acceptor that a peer may come back to after the loss of a link. It is shared
// by all links that belong together, and does not keep sessions alive.
// r[impl core.M5] r[impl session.handshake.resume]
class SessionRegistry {
 public:
  explicit SessionRegistry(Rulebook rulebook) : known_{rulebook} {}

  // Takes in a session that has issued this key, and returns the number by which it is removed.
  std::uint64_t add(ResumeKey const& issued, std::shared_ptr<SessionDriver> const& session);
  void remove(std::uint64_t number);
  // The session that the handshake's key asks for, if there is one: it goes on over the attachment,
  // or refuses to. Nothing if there is none; then the attachment is untouched.
  [[nodiscard]] std::optional<std::expected<void, session::SessionError>> resume(
      Attachment& attachment);
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  // The stable conduits of the same links, which come back by keys of their own.
  [[nodiscard]] std::shared_ptr<StableRegistry> const& stable() const { return stable_; }

 private:
  rpc::SessionRegistry known_;
  std::shared_ptr<StableRegistry> stable_ = std::make_shared<StableRegistry>();
  std::map<std::uint64_t, std::weak_ptr<SessionDriver>> sessions_;
  std::uint64_t next_ = 1;
};

}  // namespace vox::net
