#pragma once
#include "spec/clock.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>

namespace vox::session {

// How often to ask whether the peer is alive, and how long to wait for its answer.
struct KeepaliveSettings {
  Duration interval{};
  Duration timeout{};

  // r[impl core.K1]
  [[nodiscard]] bool is_usable() const {
    return interval > Duration::zero() && timeout > Duration::zero();
  }
  bool operator==(KeepaliveSettings const&) const = default;
};
BOOST_DESCRIBE_STRUCT(KeepaliveSettings, (), (interval, timeout))

// Decides when to ping and when the peer counts as dead. It sends nothing itself.
// r[impl session.keepalive] r[impl core.K2] r[impl core.K3] r[impl core.K4]
class Keepalive {
 public:
  // Deadlines are rounded up to this grid.
  // r[impl core.K5]
  static constexpr Duration tick = std::chrono::milliseconds{10};

  enum class Due : std::uint8_t { nothing, ping, peer_is_dead };

  // The grid, the interval and the nonces count from `now`.
  Keepalive(KeepaliveSettings settings, TimePoint now);

  // A Pong came in on the root.
  void on_pong(TimePoint now, std::uint64_t nonce);
  // Nobody listened for a Pong up to now: one that is outstanding has its time again.
  void excuse(TimePoint now);
  // What is to be done now. `ping` counts as done: the next nonce is outstanding from here on.
  [[nodiscard]] Due look(TimePoint now);

  // The nonce of the Ping that has not been answered.
  [[nodiscard]] std::optional<std::uint64_t> outstanding() const { return outstanding_; }
  // When to look next.
  [[nodiscard]] TimePoint deadline() const;

 private:
  KeepaliveSettings settings_;
  TimePoint origin_;
  TimePoint due_;  // of the next Ping, or of the Pong that is outstanding
  std::optional<std::uint64_t> outstanding_;
  std::uint64_t next_nonce_ = 1;
};

}  // namespace vox::session
