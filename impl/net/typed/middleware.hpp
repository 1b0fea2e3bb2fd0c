#pragma once
#include "impl/net/typed/call_result.hpp"
#include "impl/rpc/method.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/metadata.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>

// What an application does around every call, whatever its method is: authentication, tracing,
// counting. Several stand in a row; the first sees a call first and its result last.
namespace vox::net {

// Around the calls that a client makes. To print metadata, use wire::to_text(), which does not show
// what is sensitive.
class ClientMiddleware {
 public:
  ClientMiddleware() = default;
  ClientMiddleware(ClientMiddleware const&) = delete;
  ClientMiddleware(ClientMiddleware&&) = delete;
  ClientMiddleware& operator=(ClientMiddleware const&) = delete;
  ClientMiddleware& operator=(ClientMiddleware&&) = delete;
  virtual ~ClientMiddleware() = default;

  // May add metadata. Entries keep their order, and a key may stand there more than once.
  [[nodiscard]] virtual boost::asio::awaitable<void> before(rpc::Method const& method,
                                                            wire::Metadata& metadata);
  // `metadata` is that of the response.
  virtual void after(rpc::Method const& method, CallResult result, wire::MetadataView metadata);
};

// What a handler can know of a call beside its arguments.
struct CallContext {
  rpc::Method const* method = nullptr;
  session::ConnectionId connection_id = 0;
  wire::MetadataView metadata{};
  Backing metadata_backing{};  // keeps the view
};

// Around the handlers of a service.
class ServerMiddleware {
 public:
  ServerMiddleware() = default;
  ServerMiddleware(ServerMiddleware const&) = delete;
  ServerMiddleware(ServerMiddleware&&) = delete;
  ServerMiddleware& operator=(ServerMiddleware const&) = delete;
  ServerMiddleware& operator=(ServerMiddleware&&) = delete;
  virtual ~ServerMiddleware() = default;

  // An error is the answer: the handler does not run, and neither do the hooks that follow.
  [[nodiscard]] virtual boost::asio::awaitable<std::expected<void, schema::VoxError<>>> before(
      CallContext const& call);
  // May add metadata to the response. Where the function threw, none goes out.
  virtual void after(CallContext const& call, CallResult result, wire::Metadata& metadata);
};

}  // namespace vox::net
