#include "impl/net/serve.hpp"

#include "impl/link/link_test.hpp"
#include "impl/link/no_descriptors.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using namespace vox::net;
using link::test::run;

TEST_SUITE_BEGIN("net");

TEST_CASE("a server that runs out of descriptors goes on when there are some again") {
  asio::io_context context;
  auto const executor = context.get_executor();
  auto listener = listen(executor, Address::parse("tcp://127.0.0.1:0").value());
  REQUIRE(listener);
  std::optional<link::test::NoDescriptors> none;
  int busy = 0;
  (*listener)->on_busy([&](LinkEnd const&) {
    if (++busy == 2) none.reset();
  });
  AcceptorBuilder acceptor;
  acceptor.service("Echo").on_connection(std::make_shared<net::test::EchoHandler>());
  acceptor.registry(std::make_shared<SessionRegistry>(Rulebook::spec));
  asio::co_spawn(executor, serve(**listener, std::move(acceptor)),
                 [](std::exception_ptr const&, LinkEnd const&) {});
  run(context, [&]() -> asio::awaitable<void> {
    // The connection waits in the system's queue while the server cannot take it.
    auto link = co_await connect((*listener)->address());
    REQUIRE_MESSAGE(link, link.error());
    none.emplace();
    InitiatorBuilder initiator;
    initiator.service("Echo");
    auto const session = co_await initiator.establish_on(std::move(*link));
    REQUIRE(session);
    CHECK(co_await net::test::echo(session->root, "hello") == "hello");
  });
  CHECK(busy == 2);
}

TEST_SUITE_END();

}  // namespace
