#include "impl/link/link.hpp"

#include "impl/link/deadline.hpp"

namespace vox::link {

boost::asio::awaitable<std::optional<Received>> receive_within(
    Link& link, std::chrono::steady_clock::duration patience) {
  return within(patience, link.receive());
}

}  // namespace vox::link
