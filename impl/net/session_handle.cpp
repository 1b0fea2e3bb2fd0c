#include "impl/net/session_handle.hpp"

#include "impl/net/session_driver.hpp"

#include <utility>

namespace vox::net {

boost::asio::awaitable<std::expected<ConnectionHandle, session::SessionError>> SessionHandle::open(
    ConnectionSettings settings, std::string service, wire::Metadata metadata,
    std::shared_ptr<RequestHandler> handler) const {
  return driver_->open(settings, std::move(service), std::move(metadata), std::move(handler));
}

std::expected<void, session::SessionError> SessionHandle::close(session::ConnectionId id,
                                                                wire::MetadataView reasons) const {
  return driver_->close(id, reasons);
}

std::expected<void, session::SessionError> SessionHandle::resume(Attachment attachment) const {
  return driver_->resume(std::move(attachment));
}

void SessionHandle::shutdown() const {
  static_cast<void>(driver_->command(session::command::Shutdown{}));
}

std::optional<ResumeKey> SessionHandle::resume_key() const {
  return driver_->session().resume_key();
}
std::uint64_t SessionHandle::generation() const {
  return driver_->session().generation();
}
session::SessionState SessionHandle::state() const {
  return driver_->session().state();
}
boost::asio::awaitable<SessionEnd> SessionHandle::ended() const {
  return driver_->ended();
}

}  // namespace vox::net
