#pragma once
#include "impl/session/error.hpp"
#include "impl/session/event.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/session.hpp"
#include "spec/clock.hpp"

#include <cstddef>
#include <deque>
#include <expected>

namespace vox::session {

// Two active connections, of one session or of two, joined so that every request and channel
// message of one goes out on the other as it came: same ids, same payload bytes, no look at
// services or types. Schemas are taken from what the source connection was told, and announced on
// the target where they are missing.
//
// The proxy owns neither session; both outlive it. Whoever polls them hands it what they say about
// the two connections, and polls the sessions afterwards. What finds the target's queue full waits
// here, and goes out at the next flush().
// r[impl core.Y1] r[impl core.Y2] r[impl core.X4]
class Proxy {
 public:
  struct End {
    Session* session = nullptr;
    ConnectionId connection_id = 0;
    bool operator==(End const&) const = default;
  };

  // Refused if the connections have the same parity, or one is not active.
  [[nodiscard]] static std::expected<Proxy, Refusal> join(End left, End right);

  // Takes an event that the session of one of the two ends gave; true if it was the proxy's
  // business.
  bool take(TimePoint now, Session const& from, Event const& event);
  // Sends what waits, as far as there is room.
  void flush(TimePoint now);
  // How much waits.
  [[nodiscard]] std::size_t waiting_count() const { return waiting_.size(); }
  // Both connections are closed.
  [[nodiscard]] bool is_over() const { return is_over_; }

 private:
  struct Waiting {
    End source;
    End target;
    Event message;
  };

  Proxy(End left, End right) : left_{left}, right_{right} {}

  void end(TimePoint now);
  [[nodiscard]] std::expected<Accepted, Refusal> forward(TimePoint now, Waiting const& waiting);

  End left_;
  End right_;
  std::deque<Waiting> waiting_;
  bool is_over_ = false;
};

}  // namespace vox::session
