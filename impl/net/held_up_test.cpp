// What a session does while its handlers hold as much of the peer's calls as they may.
#include "impl/net/session_setting_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::echo;
using net::test::Setting;
using net::test::turns;
using namespace std::chrono_literals;

// A server that may hold 50 kB, and whose handlers are held.
struct Busy : Setting {
  Busy() {
    Limits limits;
    limits.session_bytes_max = 50'000;
    acceptor.limits(limits);
    theirs->holds = true;
  }
};

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> call_with_much(Connection root, Promise<std::string>& answer) {
  answer.set(co_await echo(root, std::string(60'000, 'x')));
}

TEST_SUITE_BEGIN("net");

TEST_CASE("handlers that hold all they may, and wait for the peer, do not stop the session") {
  Busy busy;
  busy.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<std::string> answer{executor};
    asio::co_spawn(executor, call_with_much(us.root, answer), asio::detached);
    while (busy.theirs->held == 0)
      co_await turns(1);
    // The handler may wait for this very call, so that it is heard, though there is no room for it.
    CHECK(co_await echo(us.root, "y") == "InvalidPayload");
    busy.theirs->holds = false;
    busy.theirs->release();
    CHECK(co_await answer.get() == "theirs");
    CHECK(co_await echo(us.root, "y") == "theirs");
  });
}

TEST_CASE("r[session.keepalive] a peer that is not listened to is not taken for dead") {
  Busy busy;
  busy.acceptor.keepalive({.interval = 20ms, .timeout = 60ms});
  busy.with_pair([&](Established const& us, Established const& them) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<std::string> answer{executor};
    asio::co_spawn(executor, call_with_much(us.root, answer), asio::detached);
    while (busy.theirs->held == 0)
      co_await turns(1);
    co_await pause(300ms);
    busy.theirs->holds = false;
    busy.theirs->release();
    CHECK(co_await answer.get() == "theirs");
    CHECK(them.root.is_open());
    CHECK(co_await echo(us.root, "y") == "theirs");
  });
}

}  // namespace
