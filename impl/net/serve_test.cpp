// Serving at a real address: without descriptors, and at the limit of sessions.
#include "impl/net/serve.hpp"

#include "impl/link/link_test.hpp"
#include "impl/link/no_descriptors.hpp"
#include "impl/link/stream_link.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::echo;
using net::test::EchoHandler;

TEST_SUITE_BEGIN("net");

TEST_CASE("a server that runs out of descriptors says so, keeps its sessions and accepts later") {
  if (link::test::sanitizer_needs_descriptors) {
    MESSAGE("skipped: the sanitizer itself needs descriptors");
    return;
  }
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const listener = link::listen(executor, link::Address::parse("tcp://127.0.0.1:0").value());
    REQUIRE(listener);
    std::optional<link::test::NoDescriptors> none;
    int busy = 0;
    AcceptorBuilder acceptor;
    acceptor.service("Echo")
        .on_connection(std::make_shared<EchoHandler>())
        .log([&](std::string_view line) {
          if (!line.contains("Too many open files")) return;
          if (++busy == 2) none.reset();
        });
    asio::co_spawn(executor, serve(**listener, acceptor, {}), asio::detached);
    InitiatorBuilder initiator;
    initiator.service("Echo");
    auto const before = co_await connect_session((*listener)->address(), initiator);
    REQUIRE(before);
    // The other end of the next link: the connection waits in the system's queue.
    asio::ip::tcp::socket near{executor};
    near.open(asio::ip::tcp::v4());
    none.emplace();
    near.connect({asio::ip::address_v4::loopback(), (*listener)->address().port});
    CHECK(co_await echo(before->root, "one") == "one");
    auto link = link::adopt_socket(executor, std::move(near), {});
    REQUIRE(link);
    auto const after = co_await initiator.establish_on(std::move(*link));
    REQUIRE(after);
    CHECK(co_await echo(after->root, "two") == "two");
    CHECK(co_await echo(before->root, "three") == "three");
    CHECK(busy == 2);
    (*listener)->close();
  });
}

TEST_CASE("a session beyond Limits::sessions_max ends, and there is room again once another has") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const listener = link::listen(executor, link::Address::parse("tcp://127.0.0.1:0").value());
    REQUIRE(listener);
    Limits limits;
    limits.sessions_max = 2;
    AcceptorBuilder acceptor;
    acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>()).limits(limits);
    std::vector<std::string> refused;
    asio::co_spawn(executor,
                   serve(**listener, acceptor,
                         {.on_refused = [&](auto const& why) { refused.push_back(why.text()); }}),
                   asio::detached);
    auto const begin = [&]() -> asio::awaitable<Established> {
      auto link = co_await link::connect((*listener)->address());
      REQUIRE(link);
      InitiatorBuilder initiator;
      initiator.service("Echo");
      auto begun = co_await initiator.establish_on(std::move(*link));
      REQUIRE(begun);
      co_return std::move(*begun);
    };
    auto const first = co_await begin();
    auto const second = co_await begin();
    CHECK(co_await echo(second.root, "two") == "two");
    auto const third = co_await begin();
    static_cast<void>(co_await third.session.ended());
    CHECK(refused == std::vector<std::string>{"protocol error: too many sessions"});
    CHECK(co_await echo(first.root, "one") == "one");
    second.session.shutdown();
    static_cast<void>(co_await second.session.ended());
    std::string answer;
    while (answer != "four") {  // until the server has noticed the end of the second
      auto const fourth = co_await begin();
      answer = co_await echo(fourth.root, "four");
    }
    CHECK(co_await echo(first.root, "one") == "one");
    (*listener)->close();
  });
}

TEST_SUITE_END();

}  // namespace
