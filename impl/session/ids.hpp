#pragma once
#include "spec/parity.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace vox::session {

// The ids of the wire are plain numbers; the names say which space one belongs to.
using ConnectionId = std::uint64_t;  // within a session
using RequestId = std::uint64_t;     // within a connection
using ChannelId = std::uint64_t;     // within a connection, apart from the request ids
using MethodId = std::uint64_t;

// The connection that is there from the start. It is nobody's to allocate.
// r[impl connection.root]
inline constexpr ConnectionId root_connection = 0;

// Hands out the ids of one parity in rising order, each once.
// r[impl session.parity] r[impl core.U1]
class IdAllocator {
 public:
  explicit constexpr IdAllocator(Parity parity) : next_{parity == Parity::odd ? 1U : 2U} {}

  // What allocate() would give.
  [[nodiscard]] constexpr std::optional<std::uint64_t> peek() const {
    return next_ == 0 ? std::nullopt : std::optional{next_};
  }
  // The next id, or nothing when the space is used up.
  constexpr std::optional<std::uint64_t> allocate() {
    if (next_ == 0) return std::nullopt;
    auto const id = next_;
    next_ = id > std::numeric_limits<std::uint64_t>::max() - 2 ? 0 : id + 2;
    return id;
  }

 private:
  std::uint64_t next_;  // 0 when there is none left
};

}  // namespace vox::session
