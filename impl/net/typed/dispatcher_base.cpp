#include "impl/net/typed/dispatcher_base.hpp"

#include "impl/rpc/refusal_bytes.hpp"
#include "spec/assert.hpp"

#include <cstddef>
#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

TypedRequest typed(IncomingCall&& call) {
  return {.context = {.method = call.method,
                      .connection_id = call.connection_id,
                      .metadata = call.metadata,
                      .metadata_backing = std::move(call.metadata_backing)},
          .args = call.args,
          .backing = std::move(call.backing),
          .channels = std::move(call.channels),
          .strictness = call.rulebook == Rulebook::spec ? wire::Strictness::strict
                                                        : wire::Strictness::vox_0_4};
}

}  // namespace

void DispatcherBase::serve(rpc::Method const& method, Served served) {
  auto const is_new = served_.emplace(&method, std::move(served)).second;
  VOX_ASSERT(is_new);
}

DispatcherBase::Served const& DispatcherBase::served(rpc::Method const& method) const {
  auto const found = served_.find(&method);
  VOX_ASSERT(found != served_.end());
  return found->second;
}

asio::awaitable<Response> DispatcherBase::handle(IncomingCall call) {
  auto request = typed(std::move(call));
  if (middleware_.empty()) co_return co_await run(request);
  co_return co_await run_inside_middleware(request);
}

std::optional<Response> DispatcherBase::answer_at_once(IncomingCall& call) {
  if (!middleware_.empty()) return std::nullopt;
  auto const& function = served(*call.method).at_once;
  if (!function) return std::nullopt;
  auto request = typed(std::move(call));
  return function(request);
}

asio::awaitable<Bytes> DispatcherBase::run(TypedRequest& request) const {
  auto const& functions = served(*request.context.method);
  if (functions.at_once) co_return functions.at_once(request);
  co_return co_await functions.later(request);
}

asio::awaitable<Response> DispatcherBase::run_inside_middleware(TypedRequest& request) const {
  wire::Metadata metadata;  // of the response
  std::size_t entered = 0;
  auto const leave = [&](CallResult result) {
    while (entered > 0)
      middleware_[--entered]->after(request.context, result, metadata);
  };
  try {
    for (auto const& middleware : middleware_) {
      auto const allowed = co_await middleware->before(request.context);
      if (!allowed) {
        request.channels.clear();
        auto refusal = rpc::encode_refusal(allowed.error());
        leave(result_of(refusal));
        co_return Response{std::move(refusal), std::move(metadata)};
      }
      ++entered;
    }
    auto response = co_await run(request);
    leave(result_of(response));
    co_return Response{std::move(response), std::move(metadata)};
  } catch (InvalidArguments const& invalid) {
    leave(result_of(rpc::encode_refusal(schema::InvalidPayload{invalid.what()})));
    throw;
  } catch (...) {
    leave(CallResult::dropped);
    throw;  // The runtime reports it and answers for the handler.
  }
}

}  // namespace vox::net
