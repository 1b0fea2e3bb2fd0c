#include "impl/net/session_registry.hpp"

#include "impl/net/entropy.hpp"
#include "impl/net/runner.hpp"
#include "impl/net/steady_time.hpp"

namespace vox::net {

SessionRegistry::SessionRegistry(Rulebook rulebook, Limits const& limits)
    : known_{rulebook, limits, fresh_seed()} {}

rpc::SessionNumber SessionRegistry::add(std::shared_ptr<Runner> const& session) {
  sessions_.emplace(++last_session_, session);
  return last_session_;
}

std::shared_ptr<Runner> SessionRegistry::find(rpc::SessionNumber number) const {
  auto const found = sessions_.find(number);
  return found == sessions_.end() ? nullptr : found->second.lock();
}

void SessionRegistry::remove(rpc::SessionNumber number) {
  known_.ended(number);
  sessions_.erase(number);
}

void SessionRegistry::detached(rpc::SessionNumber number) {
  auto const too_many = known_.detached(steady_now(), number);
  if (!too_many) return;
  if (auto const session = find(*too_many)) session->shutdown(session::EndCause::resume_timeout);
}

conduit::LinkNumber SessionRegistry::link_opened(std::shared_ptr<link::Link> const& link) {
  auto const number = ++last_link_;
  half_open_.emplace(number, link);
  if (auto const too_many = known_.link_opened(steady_now(), number)) {
    auto const oldest = half_open_.find(*too_many);
    auto const its_link = oldest == half_open_.end() ? nullptr : oldest->second.lock();
    link_settled(*too_many);
    if (its_link) its_link->abort();
  }
  return number;
}

void SessionRegistry::link_settled(conduit::LinkNumber number) {
  known_.link_settled(number);
  half_open_.erase(number);
}

}  // namespace vox::net
