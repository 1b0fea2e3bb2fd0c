// How a session on a stable conduit outlives its links, without noticing.
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::AcceptorSource;
using net::test::echo;
using net::test::EchoHandler;
using net::test::turns;
using session::EndCause;

// An initiator on a stable conduit over the links of a source.
struct Setting {
  explicit Setting(Rulebook rulebook = Rulebook::spec) {
    initiator.rulebook(rulebook).service("Echo").on_connection(std::make_shared<EchoHandler>());
    AcceptorBuilder acceptor;
    acceptor.rulebook(rulebook).service("Echo").on_connection(theirs).registry(
        std::make_shared<SessionRegistry>(rulebook));
    source = std::make_shared<AcceptorSource>(acceptor);
    initiator.pause([](Duration) -> asio::awaitable<void> { co_return; });
  }
  template <class Body>
  void with_session(Body body) {
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const session = co_await initiator.establish_from(source, ConduitMode::stable);
      REQUIRE(session);
      CHECK(co_await echo(session->root, "first") == "first");
      co_await body(*session);
    });
  }

  asio::io_context context;
  std::shared_ptr<EchoHandler> theirs = std::make_shared<EchoHandler>();
  std::shared_ptr<AcceptorSource> source;
  InitiatorBuilder initiator;
};

TEST_SUITE_BEGIN("net");

TEST_CASE("r[stable] r[stable.reconnect] a session does not notice that its links are lost") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    std::string const service = "Echo";
    wire::Metadata const none;
    auto const connection = (co_await us.session.open({}, service, none)).value();
    for (std::size_t losses = 1; losses <= 3; ++losses) {
      setting.source->cut();
      auto const text = std::to_string(losses);
      CHECK(co_await echo(us.root, text) == text);
      CHECK(co_await echo(connection, text) == text);
      CHECK(setting.source->asked == losses + 1);
    }
    CHECK(us.session.generation() == 0);
    auto const& them = std::get<Established>(*setting.source->accepted.front());
    CHECK(them.session.generation() == 0);
  });
}

TEST_CASE(
    "r[stable.reconnect.client-replay] r[stable.replay-buffer] what a link lost is sent again") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    for (int hops = 0; hops < 12; ++hops) {
      Promise<std::string> answer{executor};
      auto calling = [&]() -> asio::awaitable<void> { answer.set(co_await echo(us.root, "x")); };
      asio::co_spawn(executor, calling(), asio::detached);
      // The link breaks a little later each time: before the call is out, while it is on its way,
      // while the answer is.
      co_await turns(hops);
      setting.source->cut();
      CHECK(co_await answer.get() == "x");
    }
    // Each call came once, though it may have been sent twice.
    CHECK(setting.theirs->called.size() == 13);
  });
}

TEST_CASE(
    "r[stable.reconnect.server-replay] an answer that finds no link goes out on the next one") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    setting.theirs->holds = true;
    Promise<std::string> answer{executor};
    auto calling = [&]() -> asio::awaitable<void> { answer.set(co_await echo(us.root, "x")); };
    asio::co_spawn(executor, calling(), asio::detached);
    while (setting.theirs->held == 0)
      co_await turns(1);
    setting.source->cut();
    setting.theirs->release(true);
    CHECK(co_await answer.get() == "Cancelled");
  });
}

TEST_CASE("r[stable.reconnect.failure] a server that does not know the key costs the session") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto const& them = std::get<Established>(*setting.source->accepted.front());
    setting.source->cut();
    them.session.shutdown();
    auto const end = co_await us.session.ended();
    CHECK(end.cause == EndCause::conduit_lost);
    CHECK(end.detail == "protocol error: session lost: server rejected resume key");
  });
}

TEST_CASE(
    "r[stable.reconnect] 0.4.0 tries one link, without a handshake, and no acceptor takes it") {
  Setting setting{Rulebook::vox_0_4};
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    setting.source->cut();
    auto const end = co_await us.session.ended();
    CHECK(end.cause == EndCause::conduit_lost);
    CHECK(setting.source->asked == 2);
  });
}

TEST_CASE("a stable conduit that finds no link in time costs the session") {
  Setting setting;
  setting.initiator.recovery_timeout(std::chrono::milliseconds{1}).pause(pause_for);
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    setting.source->failures =
        std::deque<session::SessionError>(1000, session::io_error("no route"));
    setting.source->cut();
    auto const end = co_await us.session.ended();
    CHECK(end.cause == EndCause::conduit_lost);
    CHECK(end.detail == "no other link was found in time");
  });
}

TEST_SUITE_END();

}  // namespace
