// Sessions by address, from a typed method's bytes to its handler and back.
#include "impl/link/link_test.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>

#include <string>

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

TEST_SUITE_END();

}  // namespace
