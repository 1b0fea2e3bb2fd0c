#pragma once
#include "impl/net/connection.hpp"
#include "impl/rpc/command.hpp"
#include "impl/session/event.hpp"
#include "impl/session/ids.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <expected>
#include <memory>
#include <optional>

namespace vox::net {

class Runner;

// Two connections of opposite parity, of one session or of two on one executor, joined so that
// every request and channel message of one goes out on the other as it came: same ids, same payload
// bytes, no look at services or types. Schemas are taken from what the source was told, and
// announced on the target where they are missing.
//
// What finds the target full waits here. Of that there is only so much: then nothing more is read
// from the source until there is room. It ends when either connection is closed or a message cannot
// go on; then both are closed. A resume ends it, too, because what was under way is lost by it.
// r[impl core.Y1] r[impl core.Y2]
class Proxy : public std::enable_shared_from_this<Proxy> {
 public:
  // Refused if the connections have the same parity, or one is not open or joined already. The one
  // that `runner` has is not to be used after a refusal.
  [[nodiscard]] static std::expected<void, rpc::Refusal> join(Runner& runner,
                                                              session::ConnectionId id,
                                                              Connection const& target);

  Proxy(Runner& runner, session::ConnectionId id, Connection const& target);

  // A message of one of the two connections, which is one of this session.
  void take(Runner& from, session::Event&& message);
  // Sends what waits for this session, which has room again, as far as there is.
  void flush(Runner const& target);
  // Closes both connections.
  void end();

 private:
  struct End {
    std::weak_ptr<Runner> runner;
    session::ConnectionId id = 0;
  };
  // What came on one end and has to go out on the other.
  struct Queue {
    std::deque<session::Event> messages;
    std::size_t bytes = 0;
    bool is_full = false;
    bool waits_for_room = false;  // the target will say when there is some
  };

  void flush(std::size_t from);
  void note_room(std::size_t of, Runner& runner);

  std::array<End, 2> ends_;
  std::array<Queue, 2> queues_;
  std::optional<Connection> target_;  // kept open as long as they are joined
  bool is_over_ = false;
};

}  // namespace vox::net
