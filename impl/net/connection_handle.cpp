#include "impl/net/connection_handle.hpp"

#include "impl/net/session_driver.hpp"

#include <utility>

namespace vox::net {

ConnectionHandle::Caller::Caller(std::shared_ptr<SessionDriver> its_driver,
                                 session::ConnectionId its_id, ConnectionSettings ours,
                                 ConnectionSettings peers)
    : driver{std::move(its_driver)}, id{its_id}, our_settings{ours}, peer_settings{peers} {
  driver->add_caller(id);
}

// r[impl rpc.caller.liveness.last-drop-closes-connection]
ConnectionHandle::Caller::~Caller() {
  driver->drop_caller(id);
}

ConnectionHandle::ConnectionHandle(std::shared_ptr<SessionDriver> driver, session::ConnectionId id,
                                   ConnectionSettings our_settings,
                                   ConnectionSettings peer_settings)
    : caller_{std::make_shared<Caller const>(std::move(driver), id, our_settings, peer_settings)} {}

boost::asio::awaitable<CallOutcome> ConnectionHandle::call(OutgoingCall call) const {
  auto const caller = caller_;
  co_return co_await caller->driver->call(caller->id, std::move(call));
}

std::expected<void, session::SessionError> ConnectionHandle::close(
    wire::MetadataView reasons) const {
  return caller_->driver->close(caller_->id, reasons);
}

boost::asio::awaitable<void> ConnectionHandle::closed() const {
  auto const driver = caller_->driver;
  co_await driver->closed(caller_->id);
}

bool ConnectionHandle::is_closed() const {
  return !caller_->driver->is_open(caller_->id);
}

}  // namespace vox::net
