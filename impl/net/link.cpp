#include "impl/net/link.hpp"

#include "impl/net/deadline.hpp"

namespace vox::net {

boost::asio::awaitable<std::optional<Received>> receive_within(
    Link& link, std::chrono::steady_clock::duration patience) {
  return within(patience, link.receive());
}

}  // namespace vox::net
