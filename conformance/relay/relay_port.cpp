#include "conformance/relay/relay_port.hpp"

#include "conformance/relay/relay_link.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace voxspec::relay {
namespace asio = boost::asio;

asio::awaitable<std::expected<std::unique_ptr<vox::link::Link>, NoLink>> RelayPort::next_link() {
  auto link = co_await subject_.next_link();
  if (!link) co_return std::unexpected(link.error());
  auto const executor = co_await asio::this_coro::executor;
  co_return std::make_unique<RelayLink>(std::move(*link), conversation, executor);
}

}  // namespace voxspec::relay
