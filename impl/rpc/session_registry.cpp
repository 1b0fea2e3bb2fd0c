#include "impl/rpc/session_registry.hpp"

#include <utility>

namespace vox::rpc {

SessionRegistry::SessionRegistry(Rulebook rulebook, Limits const& limits, std::uint64_t seed)
    : rulebook_{rulebook},
      by_session_key_{0, ResumeKeyHash{seed}},
      by_conduit_key_{0, ResumeKeyHash{seed}},
      waiting_{limits.sessions_waiting_max},
      half_open_{limits.half_open_links_max} {}

void SessionRegistry::established(ResumeKey const& issued, SessionNumber session) {
  auto& keys = sessions_[session];
  forget_session_key(keys);
  keys.session = issued;
  by_session_key_.insert_or_assign(issued, session);
}

std::optional<SessionNumber> SessionRegistry::find(
    std::optional<ResumeKey> const& presented) const {
  if (!presented) return std::nullopt;
  auto const at = by_session_key_.find(*presented);
  return at == by_session_key_.end() ? std::nullopt : std::optional{at->second};
}

std::expected<std::optional<SessionNumber>, session::SessionError> SessionRegistry::admit(
    std::optional<ResumeKey> const& presented) {
  auto const session = find(presented);
  if (session && !is_waiting(*session) && rulebook_ == Rulebook::vox_0_4) {
    refused(*presented);
    return std::unexpected(session::protocol_error(session::text::resume_while_connected));
  }
  return session;
}

void SessionRegistry::resumed(ResumeKey const& presented, std::optional<ResumeKey> const& issued,
                              SessionNumber session) {
  attached(session);
  if (rulebook_ == Rulebook::vox_0_4 || !issued) return;
  by_session_key_.erase(presented);
  established(*issued, session);
}

void SessionRegistry::refused(ResumeKey const& presented) {
  if (rulebook_ == Rulebook::spec) return;
  if (auto const session = find(presented)) forget_session_key(sessions_[*session]);
}

void SessionRegistry::conduit_issued(ResumeKey const& key,
                                     std::optional<ResumeKey> const& presented,
                                     SessionNumber session) {
  auto& keys = sessions_[session];
  bool const is_known = presented && find_conduit(presented) == session;
  forget_conduit_keys(keys);
  keys.conduit = {key, is_known ? presented : std::nullopt};
  for (auto const& known : keys.conduit) {
    if (known) by_conduit_key_.insert_or_assign(*known, session);
  }
}

std::optional<SessionNumber> SessionRegistry::find_conduit(
    std::optional<ResumeKey> const& presented) const {
  if (!presented) return std::nullopt;
  auto const at = by_conduit_key_.find(*presented);
  return at == by_conduit_key_.end() ? std::nullopt : std::optional{at->second};
}

void SessionRegistry::conduit_ended(SessionNumber session) {
  auto const at = sessions_.find(session);
  if (at != sessions_.end()) forget_conduit_keys(at->second);
}

std::optional<SessionNumber> SessionRegistry::detached(TimePoint now, SessionNumber session) {
  return waiting_.add(now, session);
}

void SessionRegistry::attached(SessionNumber session) {
  waiting_.remove(session);
}

void SessionRegistry::ended(SessionNumber session) {
  waiting_.remove(session);
  auto const at = sessions_.find(session);
  if (at == sessions_.end()) return;
  forget_session_key(at->second);
  forget_conduit_keys(at->second);
  sessions_.erase(at);
}

std::optional<std::uint64_t> SessionRegistry::link_opened(TimePoint now, std::uint64_t link) {
  return half_open_.add(now, link);
}

void SessionRegistry::link_settled(std::uint64_t link) {
  half_open_.remove(link);
}

void SessionRegistry::forget_session_key(Keys& keys) {
  if (auto const key = std::exchange(keys.session, std::nullopt)) by_session_key_.erase(*key);
}

void SessionRegistry::forget_conduit_keys(Keys& keys) {
  for (auto& key : keys.conduit) {
    if (auto const known = std::exchange(key, std::nullopt)) by_conduit_key_.erase(*known);
  }
}

}  // namespace vox::rpc
