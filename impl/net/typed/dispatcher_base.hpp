#pragma once
#include "impl/net/handler.hpp"
#include "impl/net/typed/channel_half.hpp"
#include "impl/net/typed/middleware.hpp"
#include "impl/rpc/service.hpp"
#include "impl/wire/reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vox::net {

// A request on its way to its function.
struct TypedRequest {
  CallContext context;
  ByteView args{};
  Backing backing{};
  std::vector<Channel> channels{};
  wire::Strictness strictness = wire::Strictness::strict;
};

// How typed services are served: all of it that does not depend on types.
class DispatcherBase : public Handler {
 public:
  [[nodiscard]] rpc::Service const& service() const override { return service_; }
  [[nodiscard]] boost::asio::awaitable<Response> handle(IncomingCall call) override;
  [[nodiscard]] std::optional<Response> answer_at_once(IncomingCall& call) override;

 protected:
  explicit DispatcherBase(std::string_view service_name) : service_{service_name} {}

  // What runs for one method: a function that answers at once, or a coroutine.
  struct Served {
    std::function<Bytes(TypedRequest&)> at_once{};
    std::function<boost::asio::awaitable<Bytes>(TypedRequest&)> later{};
  };
  void serve(rpc::Method const& method, Served served);
  void add_middleware(std::shared_ptr<ServerMiddleware> middleware) {
    middleware_.push_back(std::move(middleware));
  }
  // The methods that have a function; the runtime answers UnknownMethod to all others.
  // r[impl rpc.unknown-method]
  [[nodiscard]] rpc::Service& served_methods() { return service_; }

 private:
  [[nodiscard]] Served const& served(rpc::Method const& method) const;
  [[nodiscard]] boost::asio::awaitable<Bytes> run(TypedRequest& request) const;
  [[nodiscard]] boost::asio::awaitable<Response> run_inside_middleware(TypedRequest& request) const;

  rpc::Service service_;
  boost::unordered_flat_map<rpc::Method const*, Served> served_;
  std::vector<std::shared_ptr<ServerMiddleware>> middleware_;
};

}  // namespace vox::net
