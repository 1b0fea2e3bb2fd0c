#pragma once
#include "impl/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>

namespace vox::link {

struct MemoryLinkOptions {
  LinkOptions link;
  std::size_t queued_payloads_max = 16;  // in each direction; a further flush waits
};

struct MemoryLinkPair {
  std::unique_ptr<Link> first;
  std::unique_ptr<Link> second;
};

// Two ends of one in-process link, both on the given executor. What one sends the other receives,
// through a bounded queue of payloads in each direction. finish() and close() let the other end
// read what is queued and then `eof`; abort() throws the queues away and gives it `reset`. r[impl
// transport.memory]
[[nodiscard]] MemoryLinkPair make_memory_links(boost::asio::any_io_executor const& executor,
                                               MemoryLinkOptions options = {});

}  // namespace vox::link
