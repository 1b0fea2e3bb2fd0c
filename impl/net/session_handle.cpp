#include "impl/net/session_handle.hpp"

#include "impl/net/runner.hpp"

#include <utility>

namespace vox::net {

boost::asio::awaitable<std::expected<Connection, session::SessionError>> SessionHandle::open(
    ConnectionSettings settings, std::string service, wire::Metadata metadata,
    std::shared_ptr<Handler> handler) const {
  return runner_->open(settings, std::move(service), std::move(metadata), std::move(handler));
}

std::expected<void, session::SessionError> SessionHandle::close(session::ConnectionId id,
                                                                wire::MetadataView reasons) const {
  return runner_->close(id, reasons);
}

void SessionHandle::shutdown() const {
  runner_->shutdown();
}

std::optional<ResumeKey> SessionHandle::resume_key() const {
  return runner_->session().resume_key();
}
std::uint64_t SessionHandle::generation() const {
  return runner_->session().generation();
}
session::SessionState SessionHandle::state() const {
  return runner_->session().state();
}
std::size_t SessionHandle::held_bytes() const {
  return runner_->endpoint().held_bytes();
}
boost::asio::awaitable<SessionEnd> SessionHandle::ended() const {
  return runner_->ended();
}

}  // namespace vox::net
