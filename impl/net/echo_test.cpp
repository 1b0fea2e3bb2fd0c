// Sessions by address, from a typed method's bytes to its handler and back.
#include "impl/link/condition.hpp"
#include "impl/link/link_test.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>

#include <memory>
#include <string>
#include <thread>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::echo;
using net::test::EchoHandler;

TEST_SUITE_BEGIN("net");

TEST_CASE("r[rpc.session-setup] sessions by address, over every transport that has one") {
  for (std::string const text : {"tcp://127.0.0.1:0", "ws://127.0.0.1:0/"}) {
    asio::io_context context;
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      auto const listener = link::listen(executor, link::Address::parse(text).value());
      REQUIRE(listener);
      AcceptorBuilder acceptor;
      acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>());
      std::size_t begun = 0;
      ServeEvents events{.on_session = [&](Established const&) { ++begun; }};
      asio::co_spawn(executor, serve(**listener, acceptor, std::move(events)), asio::detached);
      InitiatorBuilder initiator;
      initiator.service("Echo").on_connection(std::make_shared<EchoHandler>());
      auto const first = co_await connect_session((*listener)->address(), initiator);
      auto const second = co_await connect_session((*listener)->address(), initiator);
      REQUIRE(first);
      REQUIRE(second);
      CHECK(co_await echo(first->root, "one") == "one");
      CHECK(co_await echo(second->root, "two") == "two");
      CHECK(begun == 2);
      (*listener)->close();
    });
  }
}

// A server in a thread of its own, so that what it says comes at any moment.
class EchoServer {
 public:
  explicit EchoServer(Rulebook rulebook)
      : listener_{
            link::listen(context_.get_executor(), link::Address::parse("tcp://127.0.0.1:0").value())
                .value()} {
    AcceptorBuilder acceptor;
    acceptor.rulebook(rulebook).service("Echo").on_connection(std::make_shared<EchoHandler>());
    asio::co_spawn(context_, serve(*listener_, acceptor, {}), asio::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }
  EchoServer(EchoServer const&) = delete;
  EchoServer& operator=(EchoServer const&) = delete;
  ~EchoServer() {
    context_.stop();
    thread_.join();
  }
  [[nodiscard]] link::Address address() const { return listener_->address(); }

 private:
  asio::io_context context_;
  std::unique_ptr<link::Listener> listener_;
  std::thread thread_;
};

asio::awaitable<void> call_many_times(Connection connection, link::Condition& changed, int& left) {
  for (int i = 0; i < 200; ++i) {
    auto const answer = co_await echo(connection, "text");
    CHECK(answer == "text");
  }
  --left;
  changed.notify();
}

TEST_CASE("r[rpc.pipelining] many callers at once are all answered, in either rulebook") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    CAPTURE(rulebook);
    EchoServer const server{rulebook};
    asio::io_context context;
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      InitiatorBuilder initiator;
      initiator.rulebook(rulebook).service("Echo");
      auto const ours = co_await connect_session(server.address(), initiator);
      REQUIRE(ours);
      link::Condition changed{executor};
      int left = 64;
      for (int i = 0; i < 64; ++i)
        asio::co_spawn(executor, call_many_times(ours->root, changed, left), asio::detached);
      co_await changed.until([&] { return left == 0; });
    });
  }
}

TEST_SUITE_END();

}  // namespace
