#include "impl/net/connection.hpp"

#include "impl/net/runner.hpp"

#include <utility>

namespace vox::net {

Connection::Caller::Caller(std::shared_ptr<Runner> its_runner, session::ConnectionId its_id,
                           ConnectionSettings ours, ConnectionSettings peers)
    : runner{std::move(its_runner)}, id{its_id}, our_settings{ours}, peer_settings{peers} {
  runner->add_caller(id);
}

// r[impl rpc.caller.liveness.last-drop-closes-connection]
Connection::Caller::~Caller() {
  runner->drop_caller(id);
}

Connection::Connection(std::shared_ptr<Runner> runner, session::ConnectionId id,
                       ConnectionSettings our_settings, ConnectionSettings peer_settings)
    : caller_{std::make_shared<Caller const>(std::move(runner), id, our_settings, peer_settings)} {}

Rulebook Connection::rulebook() const {
  return caller_->runner->session().rulebook();
}

bool Connection::is_open() const {
  return caller_->runner->is_open(caller_->id);
}

boost::asio::awaitable<rpc::CallOutcome> Connection::call(OutgoingCall call) const {
  return caller_->runner->call(caller_->id, std::move(call), caller_);
}

std::expected<Channel, rpc::Refusal> Connection::make_channel(rpc::Method const& method,
                                                              std::uint32_t type) const {
  return caller_->runner->make_channel(caller_->id, method, type);
}

std::expected<void, session::SessionError> Connection::close(wire::MetadataView reasons) const {
  return caller_->runner->close(caller_->id, reasons);
}

boost::asio::awaitable<void> Connection::closed() const {
  auto const runner = caller_->runner;
  co_await runner->closed(caller_->id);
}

}  // namespace vox::net
