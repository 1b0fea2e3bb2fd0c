#include "conformance/differential/play.hpp"

#include "conformance/differential/player.hpp"

namespace voxspec::differential {

boost::asio::awaitable<Conversation> play(Script const& script, Home const& home) {
  Player player{script, home, co_await boost::asio::this_coro::executor};
  co_await player.run();
  co_return player.take();
}

}  // namespace voxspec::differential
