#include "impl/net/connection.hpp"

#include "impl/net/runner.hpp"

#include <utility>

namespace vox::net {

Connection::Caller::Caller(std::shared_ptr<Runner> its_runner, ConnectionKey its_key,
                           ConnectionSettings ours, ConnectionSettings peers)
    : runner{std::move(its_runner)}, key{its_key}, our_settings{ours}, peer_settings{peers} {
  runner->add_caller(key);
}

// r[impl rpc.caller.liveness.last-drop-closes-connection]
Connection::Caller::~Caller() {
  runner->drop_caller(key);
}

Connection::Connection(std::shared_ptr<Runner> runner, ConnectionKey key,
                       ConnectionSettings our_settings, ConnectionSettings peer_settings)
    : caller_{std::make_shared<Caller const>(std::move(runner), key, our_settings, peer_settings)} {
}

Rulebook Connection::rulebook() const {
  return caller_->runner->session().rulebook();
}

bool Connection::is_open() const {
  return caller_->runner->is_open(caller_->key);
}

boost::asio::awaitable<rpc::CallOutcome> Connection::call(OutgoingCall call) const {
  return caller_->runner->call(caller_->key, std::move(call), caller_);
}

std::expected<Channel, rpc::Refusal> Connection::make_channel(rpc::Method const& method,
                                                              std::uint32_t type) const {
  return caller_->runner->make_channel(caller_->key, method, type);
}

std::expected<void, session::SessionError> Connection::close(wire::MetadataView reasons) const {
  return caller_->runner->close(caller_->key, reasons);
}

boost::asio::awaitable<void> Connection::closed() const {
  auto const runner = caller_->runner;
  co_await runner->closed(caller_->key);
}

}  // namespace vox::net
