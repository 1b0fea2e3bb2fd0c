// Serving at a real address while the process has no descriptors left.
#include "impl/net/serve.hpp"

#include "impl/link/link_test.hpp"
#include "impl/link/no_descriptors.hpp"
#include "impl/link/stream_link.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

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

TEST_SUITE_END();

}  // namespace
