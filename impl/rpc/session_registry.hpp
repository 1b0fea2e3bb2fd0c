#pragma once
#include "impl/rpc/aged_numbers.hpp"
#include "impl/rpc/resume_key_map.hpp"
#include "impl/session/error.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/clock.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

namespace vox::rpc {

// Names a session that runs here, with its stable conduit if it has one. Whoever runs the sessions
// gives the numbers out.
using SessionNumber = std::uint64_t;

// The sessions of an acceptor that a peer may come back to, by the keys that were issued for them,
// and how many of them wait for a link. It remembers; it does not own them.
//
// A session is found by the resume key of its handshake, which begins a handshake on the new link,
// or by the key of its stable conduit, which does not. Both lead to the session's number.
// r[impl core.M5] r[impl session.handshake.resume] r[impl stable.resume-key]
class SessionRegistry {
 public:
  // `seed` is a number that no peer knows.
  explicit SessionRegistry(Rulebook rulebook, Limits const& limits = {}, std::uint64_t seed = 0);

  // --- by the key of a handshake ---

  // A new session, which has a link, has issued this key.
  void established(ResumeKey const& issued, SessionNumber session);
  // The session of a key that a handshake presents. Nothing means that the link begins a new one.
  [[nodiscard]] std::optional<SessionNumber> find(std::optional<ResumeKey> const& presented) const;
  // The same for a link that is about to be given to the session. In 0.4.0 a session that has a
  // link refuses, and loses its key by it. By the specification it takes the newer link: the peer
  // would not dial if it had the older one, which is then open on our side only.
  // r[impl core.L2]
  [[nodiscard]] std::expected<std::optional<SessionNumber>, session::SessionError> admit(
      std::optional<ResumeKey> const& presented);
  // The session goes on over that link. The handshake issued another key: 0.4.0 goes on to know the
  // session by its first key, though its peers present the newest.
  void resumed(ResumeKey const& presented, std::optional<ResumeKey> const& issued,
               SessionNumber session);
  // The session refused to be resumed. In 0.4.0 it cannot be found again; by the specification the
  // refusal is about one link, and a better one may come.
  void refused(ResumeKey const& presented);

  // --- by the key of a stable conduit ---

  // The session's stable conduit has issued this key, to a client that presented that one or none.
  // The presented one goes on to be known, for a client that loses its link before it hears of the
  // new one; any older one is forgotten.
  void conduit_issued(ResumeKey const& key, std::optional<ResumeKey> const& presented,
                      SessionNumber session);
  [[nodiscard]] std::optional<SessionNumber> find_conduit(
      std::optional<ResumeKey> const& presented) const;
  // The conduit is lost for good. Its session may stand.
  void conduit_ended(SessionNumber session);

  // --- links ---

  // The session has lost its link and waits. If more than Limits::sessions_waiting_max do so now,
  // the one that has waited longest is returned, and its owner has to end it.
  [[nodiscard]] std::optional<SessionNumber> detached(TimePoint now, SessionNumber session);
  // The session has a link again.
  void attached(SessionNumber session);
  // The session is over.
  void ended(SessionNumber session);

  // A link was accepted or dialled that has no session yet. If there are more than
  // Limits::half_open_links_max of them now, the oldest is returned, and its owner has to close it.
  [[nodiscard]] std::optional<std::uint64_t> link_opened(TimePoint now, std::uint64_t link);
  // Its establishment is over.
  void link_settled(std::uint64_t link);

  // --- counts and ages ---

  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
  [[nodiscard]] bool is_waiting(SessionNumber session) const { return waiting_.contains(session); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::optional<AgedNumbers::Entry> longest_waiting() const {
    return waiting_.oldest();
  }
  [[nodiscard]] std::size_t half_open_links() const { return half_open_.size(); }
  [[nodiscard]] std::optional<AgedNumbers::Entry> oldest_half_open_link() const {
    return half_open_.oldest();
  }

 private:
  // The keys by which one session is known.
  struct Keys {
    std::optional<ResumeKey> session{};
    std::array<std::optional<ResumeKey>, 2> conduit{};  // the newest, and the one before
  };
  void forget_session_key(Keys& keys);
  void forget_conduit_keys(Keys& keys);

  Rulebook rulebook_;
  boost::unordered_flat_map<SessionNumber, Keys> sessions_;
  ResumeKeyMap<SessionNumber> by_session_key_;
  ResumeKeyMap<SessionNumber> by_conduit_key_;
  AgedNumbers waiting_;
  AgedNumbers half_open_;
};

}  // namespace vox::rpc
