// How connections of running sessions are joined.
#include "impl/net/session_driver.hpp"
#include "impl/net/steady_time.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace vox::net {

// r[impl core.Y1] r[impl core.R3]
void SessionDriver::join(session::ConnectionId id, ConnectionHandle const& target,
                         std::shared_ptr<SessionDriver> const& other) {
  attempt(waiting_, [this, id, target, other] {
    // Until the accept has found room, the connection cannot be used.
    auto const info = session_.connection(id);
    if (info && info->state == session::ConnectionState::offered) return false;
    auto proxy = session::Proxy::join({.session = &session_, .connection_id = id},
                                      {.session = &other->session_, .connection_id = target.id()});
    if (!proxy) {
      log(proxy.error().text());
      static_cast<void>(
          session_.call(steady_now(), session::command::DropCaller{.connection_id = id}));
      return true;
    }
    auto const joined = std::make_shared<Joined>(Joined{
        .proxy = std::move(*proxy), .target = target, .left = weak_from_this(), .right = other});
    joined_.push_back(joined);
    if (other.get() != this) other->joined_.push_back(joined);
    return true;
  });
}

// True if the output is the business of a proxy and of nobody else.
// r[impl core.Y2]
bool SessionDriver::forward(session::Event const& output) {
  bool is_taken = false;
  for (auto const& joined : std::vector{joined_}) {
    if (!joined->proxy.take(steady_now(), session_, output)) continue;
    is_taken = true;
    touch_both(*joined);
  }
  std::erase_if(joined_, [](auto const& joined) { return joined->proxy.is_over(); });
  return is_taken && !std::holds_alternative<session::event::Closed>(output);
}

// What found the other session full goes out as soon as there is room.
void SessionDriver::flush_joined() {
  for (auto const& joined : std::vector{joined_}) {
    auto const before = joined->proxy.waiting_count();
    if (before == 0) continue;
    joined->proxy.flush(steady_now());
    if (joined->proxy.waiting_count() != before) touch_both(*joined);
  }
}

void SessionDriver::touch_both(Joined const& joined) {
  for (auto const& side : {joined.left, joined.right}) {
    if (auto const driver = side.lock()) driver->touched();
  }
}

}  // namespace vox::net
