// Connections that are joined with one of another session.
#include "impl/net/session_setting_test.hpp"
#include "impl/net/session_test.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::Calling;
using net::test::echo;
using net::test::establish_pair;
using net::test::open;
using net::test::SessionPair;
using net::test::Setting;
using net::test::turns;

// Two sessions, of which the acceptor of the first hands virtual connections on to the second.
struct Chain {
  Chain() {
    front.acceptor.on_connection(
        [this](session::ConnectionRequest const& request, PendingConnection pending) {
          if (request.is_root()) {
            std::move(pending).handle_with(front.theirs);
            return;
          }
          auto const joined = std::move(pending).proxy_to(*upstream);
          refusal = joined ? std::string{} : joined.error().text();
          upstream.reset();
        });
  }
  template <class Body>
  void with_sessions(Body body) {
    link::test::run(front.context, [&]() -> asio::awaitable<void> {
      auto const far = co_await establish_pair(back.initiator, back.acceptor);
      auto const near = co_await establish_pair(front.initiator, front.acceptor);
      REQUIRE(far.initiator);
      REQUIRE(near.initiator);
      co_await body(near, far);
    });
  }

  Setting front;
  Setting back;
  std::optional<Connection> upstream;  // what the next connection is joined with
  std::string refusal;
};

TEST_SUITE_BEGIN("net");

TEST_CASE("r[core.Y1] r[core.Y2] a connection is handed on as it is, and its close as well") {
  Chain chain;
  chain.with_sessions(
      [&](SessionPair const& near, SessionPair const& far) -> asio::awaitable<void> {
        chain.upstream = (co_await open(far.initiator->session)).value();
        auto connection =
            std::make_unique<Connection>((co_await open(near.initiator->session)).value());
        CHECK(chain.refusal.empty());
        for (int calls = 0; calls < 3; ++calls)
          CHECK(co_await echo(*connection, "x") == "theirs");
        CHECK(chain.back.theirs->called.size() == 3);
        connection.reset();
        while (chain.back.theirs->closed.empty())
          co_await turns(1);
        CHECK(chain.back.theirs->closed == std::vector<session::ConnectionId>{1});
      });
}

TEST_CASE("r[core.Y2] the end of the far session closes the near connection") {
  Chain chain;
  chain.with_sessions(
      [&](SessionPair const& near, SessionPair const& far) -> asio::awaitable<void> {
        chain.upstream = (co_await open(far.initiator->session)).value();
        auto const connection = (co_await open(near.initiator->session)).value();
        CHECK(co_await echo(connection, "x") == "theirs");
        far.acceptor->session.shutdown();
        co_await connection.closed();
        CHECK_FALSE(connection.is_open());
        CHECK(co_await echo(near.initiator->root, "x") == "theirs");
      });
}

TEST_CASE("r[core.Y1] connections of one parity are not joined") {
  Chain chain;
  chain.with_sessions([&](SessionPair const& near, SessionPair const&) -> asio::awaitable<void> {
    chain.upstream = near.acceptor->root;
    auto const connection = (co_await open(near.initiator->session)).value();
    co_await connection.closed();
    CHECK(chain.refusal == "protocol error: proxy_connections requires opposite parities");
  });
}

TEST_CASE("r[core.Y1] a connection is closed that is joined with a closed one") {
  Chain chain;
  chain.with_sessions(
      [&](SessionPair const& near, SessionPair const& far) -> asio::awaitable<void> {
        chain.upstream = (co_await open(far.initiator->session)).value();
        far.initiator->session.shutdown();
        co_await chain.upstream->closed();
        auto const connection = (co_await open(near.initiator->session)).value();
        co_await connection.closed();
        CHECK_FALSE(connection.is_open());
      });
}

TEST_CASE("r[core.Y2] the end of one pair of joined connections is nothing to the others") {
  Chain chain;
  chain.with_sessions(
      [&](SessionPair const& near, SessionPair const& far) -> asio::awaitable<void> {
        std::vector<Connection> connections;
        for (int i = 0; i < 3; ++i) {
          chain.upstream = (co_await open(far.initiator->session)).value();
          connections.push_back((co_await open(near.initiator->session)).value());
        }
        CHECK(chain.refusal.empty());
        auto const middle = connections[1].id();
        REQUIRE(connections[1].close());
        while (chain.back.theirs->closed.empty())
          co_await turns(1);
        CHECK(chain.back.theirs->closed == std::vector<session::ConnectionId>{middle});
        for (auto const i : {0U, 2U})
          CHECK(co_await echo(connections[i], "x") == "theirs");
        // The far side closes one of those that are left: the other one goes on.
        REQUIRE(far.acceptor->session.close(connections[2].id()));
        co_await connections[2].closed();
        CHECK(co_await echo(connections[0], "x") == "theirs");
      });
}

TEST_CASE("a connection that is joined already is not joined with another one") {
  Chain chain;
  chain.with_sessions(
      [&](SessionPair const& near, SessionPair const& far) -> asio::awaitable<void> {
        auto const upstream = (co_await open(far.initiator->session)).value();
        chain.upstream = upstream;
        auto const first = (co_await open(near.initiator->session)).value();
        chain.upstream = upstream;
        auto const second = (co_await open(near.initiator->session)).value();
        co_await second.closed();
        CHECK(co_await echo(first, "x") == "theirs");
        REQUIRE(far.acceptor->session.close(upstream.id()));
        co_await first.closed();
        CHECK_FALSE(first.is_open());
      });
}

// What the far end does not take slows the near one, and all of it arrives.
TEST_CASE("r[core.Y1] a proxy slows its source and loses nothing") {
  Chain chain;
  ConnectionSettings const many{.parity = Parity::odd, .max_concurrent_requests = 2000};
  chain.with_sessions([&](SessionPair const& near,
                          SessionPair const& far) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    std::string const service = "Echo";
    wire::Metadata const none;
    chain.upstream = (co_await far.initiator->session.open(many, service, none)).value();
    auto const connection = (co_await near.initiator->session.open(many, service, none)).value();
    chain.back.theirs->holds = true;
    std::vector<std::shared_ptr<Calling>> callings;
    for (int i = 0; i < 1000; ++i) {
      callings.push_back(Calling::begin(executor, connection));
      if (i % 100 == 99) co_await turns(50);
    }
    while (chain.back.theirs->called.size() < 1000)
      co_await turns(1);
    chain.back.theirs->release();
    for (auto const& calling : callings)
      CHECK(co_await calling->answer.get() == "theirs");
  });
}

TEST_SUITE_END();

}  // namespace
