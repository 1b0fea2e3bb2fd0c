#pragma once
#include "conformance/peer/frame.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>

namespace voxspec {

// How many calls the other side of a link takes at a time on each connection, by its own settings,
// and which of ours it has not answered. It judges nothing: what is sent beyond the limit is
// counted too.
class CallLimits {
 public:
  void note_sent(Frame const& frame);
  void note_received(Frame const& frame);
  // The link takes the place of an earlier one: connections keep their limits, and the attempts
  // over the link that was lost count no more.
  void go_on_from(CallLimits const& earlier);

  // The limit that these frames, sent together, would exceed.
  [[nodiscard]] std::optional<std::uint64_t> exceeded_by(std::span<Frame const> frames) const;

 private:
  struct Connection {
    std::optional<std::uint64_t> limit;
    std::set<std::uint64_t> unanswered{};  // ids of requests
  };
  std::map<std::uint64_t, Connection> connections_;
};

}  // namespace voxspec
