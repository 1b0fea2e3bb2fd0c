#include "impl/net/session_registry.hpp"

#include "impl/net/session_driver.hpp"

#include <utility>

namespace vox::net {

std::uint64_t SessionRegistry::add(ResumeKey const& issued,
                                   std::shared_ptr<SessionDriver> const& session) {
  auto const number = next_++;
  known_.established(issued, number);
  sessions_.emplace(number, session);
  return number;
}

void SessionRegistry::remove(std::uint64_t number) {
  known_.ended(number);
  sessions_.erase(number);
}

std::optional<std::expected<void, session::SessionError>> SessionRegistry::resume(
    Attachment& attachment) {
  auto const presented = attachment.outcome.presented_key;
  auto const issued = attachment.outcome.resume_key;
  auto const number = known_.find(presented);
  auto const session = number ? sessions_.at(*number).lock() : nullptr;
  if (!session) return std::nullopt;
  auto resumed = session->resume(std::move(attachment));
  if (resumed) {
    known_.resumed(*presented, issued, *number);
  } else {
    known_.refused(*presented);
  }
  return resumed;
}

}  // namespace vox::net
