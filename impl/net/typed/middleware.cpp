#include "impl/net/typed/middleware.hpp"

namespace vox::net {

namespace asio = boost::asio;

asio::awaitable<void> ClientMiddleware::before(rpc::Method const&, wire::Metadata&) {
  co_return;
}

void ClientMiddleware::after(rpc::Method const&, CallResult, wire::MetadataView) {}

asio::awaitable<std::expected<void, schema::VoxError<>>> ServerMiddleware::before(
    CallContext const&) {
  co_return std::expected<void, schema::VoxError<>>{};
}

void ServerMiddleware::after(CallContext const&, CallResult, wire::Metadata&) {}

}  // namespace vox::net
