#pragma once
#include <boost/describe/enum.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace vox::session {

// Where the things come from that a session has to deal with, those first that go first when
// several are ready at once. The conduit comes before resume requests, so that the end of a conduit
// is seen before the request that replaces it.
enum class Source : std::uint8_t { conduit, open, close, resume, control, keepalive };
BOOST_DESCRIBE_ENUM(Source, conduit, open, close, resume, control, keepalive)

// What is ready and not yet handed to the session, given out in the order of sources and, within
// one, as it came. Whoever runs a session puts things in as they happen.
// r[impl core.L1]
template <class Item>
class Agenda {
 public:
  void add(Source source, Item item) {
    queues_[std::to_underlying(source)].push_back(std::move(item));
  }

  [[nodiscard]] std::optional<Item> next() {
    for (auto& queue : queues_) {
      if (queue.empty()) continue;
      std::optional<Item> item{std::move(queue.front())};
      queue.pop_front();
      return item;
    }
    return std::nullopt;
  }

 private:
  std::array<std::deque<Item>, 6> queues_;
};

}  // namespace vox::session
