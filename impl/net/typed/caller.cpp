#include "impl/net/typed/caller.hpp"

#include "impl/schema/channels.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <ranges>

namespace vox::net {

namespace asio = boost::asio;

namespace {

rpc::CallOutcome send_failed(std::string detail) {
  return std::unexpected(
      rpc::CallError{.failure = rpc::CallFailure::send_failed, .detail = std::move(detail)});
}

}  // namespace

PreparedCall Caller::prepare(rpc::Method const& method, wire::Metadata metadata, Bytes args,
                             std::span<ChannelHalf* const> halves) const {
  PreparedCall prepared{
      .call = {.method = &method, .args = std::move(args), .metadata = std::move(metadata)}};
  if (halves.empty()) return prepared;
  prepared.is_refused =
      !std::ranges::all_of(halves, [](ChannelHalf const* half) { return half->can_be_passed(); });
  std::size_t next = 0;
  auto const pass = [&](schema::ValueChannel const& named) -> std::uint64_t {
    auto& half = *halves[next++];
    if (prepared.is_refused) return 0;
    auto ours = connection_.make_channel(method, named.type);
    if (!ours) {
      prepared.is_refused = true;
      return 0;
    }
    auto const id = ours->id();
    auto const slot = half.slot();
    if (auto unwanted = half.pass(std::move(*ours), strictness())) {
      prepared.unwanted.push_back(std::move(*unwanted));
    } else {
      prepared.slots.push_back(slot);
    }
    return id;
  };
  wire::Buffer with_ids;
  auto const rewritten = method.channels().rewrite(prepared.call.args, with_ids, pass);
  prepared.is_refused = prepared.is_refused || !rewritten;
  prepared.call.args = std::move(with_ids).take();
  return prepared;
}

asio::awaitable<rpc::CallOutcome> Caller::run(Caller caller, PreparedCall prepared) {
  auto const& method = *prepared.call.method;
  for (auto const& middleware : caller.middleware_)
    co_await middleware->before(method, prepared.call.metadata);
  if (!prepared.unwanted.empty()) {
    // A channel can be closed once the call has named it, which is when this coroutine first waits.
    // The executor stands apart: gcc 12 destroys what else a statement with co_await makes twice.
    auto const executor = co_await asio::this_coro::executor;
    asio::post(executor, [unwanted = std::move(prepared.unwanted)]() mutable { unwanted.clear(); });
  }
  // Not a conditional expression: gcc 12 destroys the operands of one with co_await twice.
  auto outcome = send_failed("its channels cannot be made");
  if (!prepared.is_refused) {
    outcome = co_await caller.connection_.call(std::move(prepared.call));
  }
  if (!outcome) {
    // No handler can use the channels.
    for (auto const& slot : prepared.slots)
      slot->end(ChannelError::lost);
  }
  auto const result = result_of(outcome);
  auto const metadata = outcome ? outcome->metadata : wire::MetadataView{};
  for (auto const& middleware : caller.middleware_ | std::views::reverse)
    middleware->after(method, result, metadata);
  co_return outcome;
}

}  // namespace vox::net
