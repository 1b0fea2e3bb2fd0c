#pragma once
#include "impl/session/policy.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/rulebook.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace vox::session {

// Which session a peer means that comes back with a resume key. Sessions are known by numbers that
// whoever runs them gives out; the registry only remembers, it does not own them.
// r[impl core.M5]
class Registry {
 public:
  using SessionNumber = std::uint64_t;

  explicit Registry(Rulebook rulebook) : policy_{Policy::of(rulebook)} {}

  // A new session has issued this key.
  void established(ResumeKey const& issued, SessionNumber session);
  // The session that a handshake asks for by the key it presents. Nothing means that the conduit
  // begins a new session.
  [[nodiscard]] std::optional<SessionNumber> find(std::optional<ResumeKey> const& presented) const;
  // A session was resumed. The handshake issued another key: 0.4.0 goes on to know the session by
  // its first key, though its peers present the newest.
  void resumed(ResumeKey const& presented, std::optional<ResumeKey> const& issued,
               SessionNumber session);
  // A session refused to be resumed. In 0.4.0 it cannot be found again; by the specification the
  // refusal is about one conduit, and a better one may come.
  void refused(ResumeKey const& presented);
  // A session is over.
  void ended(SessionNumber session);

 private:
  Policy policy_;
  std::map<ResumeKey, SessionNumber> sessions_;
};

}  // namespace vox::session
