#include "impl/link/link.hpp"

#include "impl/link/deadline.hpp"
#include "impl/link/transport_end.hpp"
#include "impl/wire/writer.hpp"

#include <utility>

namespace vox::link {

boost::asio::awaitable<Sent> Link::send(ByteView payload) {
  auto& buffer = write_buffer();
  if (payload.size() > buffer.payload_bytes_max()) {
    co_return std::unexpected(above_limit(payload.size(), buffer.payload_bytes_max()));
  }
  wire::Writer{buffer.begin()}.put_bytes(payload);
  if (auto committed = buffer.commit(); !committed) co_return committed;
  co_return co_await flush();
}

boost::asio::awaitable<std::optional<Received>> receive_within(
    Link& link, std::chrono::steady_clock::duration patience) {
  return within(patience, link.receive());
}

}  // namespace vox::link
