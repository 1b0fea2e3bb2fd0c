#include "impl/session/registry.hpp"

namespace vox::session {

void Registry::established(ResumeKey const& issued, SessionNumber session) {
  sessions_.insert_or_assign(issued, session);
}

std::optional<Registry::SessionNumber> Registry::find(
    std::optional<ResumeKey> const& presented) const {
  if (!presented) return std::nullopt;
  auto const at = sessions_.find(*presented);
  return at == sessions_.end() ? std::nullopt : std::optional{at->second};
}

void Registry::resumed(ResumeKey const& presented, std::optional<ResumeKey> const& issued,
                       SessionNumber session) {
  if (!policy_.follows_new_resume_keys || !issued) return;
  sessions_.erase(presented);
  sessions_.insert_or_assign(*issued, session);
}

void Registry::refused(ResumeKey const& presented) {
  if (!policy_.keeps_sessions_that_refused) sessions_.erase(presented);
}

void Registry::ended(SessionNumber session) {
  std::erase_if(sessions_, [session](auto const& entry) { return entry.second == session; });
}

}  // namespace vox::session
