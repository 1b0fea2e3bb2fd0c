#include "impl/net/message_conduit.hpp"

#include "spec/assert.hpp"

#include <utility>

namespace vox::net {

namespace {

LinkEnd cannot_send(conduit::SendRefused why) {
  return why == conduit::SendRefused::replay_full
             ? LinkEnd{.kind = LinkEndKind::refused,
                       .detail = "too much is unacknowledged on the stable conduit"}
             : LinkEnd{.kind = LinkEndKind::stopped, .detail = "the stable conduit is lost"};
}

}  // namespace

MessageConduit::MessageConduit(std::unique_ptr<Link> link,
                               std::shared_ptr<conduit::StableConduit> stable)
    : link_{std::move(link)}, stable_{std::move(stable)} {
  VOX_ASSERT(link_ != nullptr);
}

boost::asio::awaitable<Received> MessageConduit::receive() {
  for (;;) {
    auto payload = co_await link_->receive();
    if (!payload || !stable_) co_return payload;
    auto const item = stable_->receive(payload->view());
    if (!item) {
      LinkEnd end{.kind = LinkEndKind::protocol, .detail = item.error().detail};
      co_return std::unexpected(std::move(end));
    }
    // What came before comes again when the peer replays; only its acknowledgement counts.
    if (*item) co_return Backing{to_bytes(**item)};
  }
}

boost::asio::awaitable<Sent> MessageConduit::send(ByteView message) {
  if (!stable_) co_return co_await link_->send(message);
  auto const frame = stable_->send(message);
  if (!frame) co_return std::unexpected(cannot_send(frame.error()));
  // The stable conduit's view holds until it is used again, which may be during this send.
  auto const payload = to_bytes(*frame);
  co_return co_await link_->send(payload);
}

}  // namespace vox::net
