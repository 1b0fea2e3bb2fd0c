#include "impl/link/link_test.hpp"
#include "impl/link/listener.hpp"
#include "impl/link/memory_link.hpp"
#include "impl/link/stream_link.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <array>
#include <cstdint>
#include <sys/socket.h>
#include <unistd.h>

namespace vox::link::test {
namespace {

std::unique_ptr<Link> must(std::expected<std::unique_ptr<Link>, std::string> link) {
  REQUIRE_MESSAGE(link, link.error());
  return std::move(*link);
}

std::string spell(LinkEnd const& end) {
  return boost::describe::enum_to_string(end.kind, "not a kind");
}

}  // namespace

LinkPair tcp_pair(boost::asio::io_context& context, LinkOptions options) {
  using boost::asio::ip::tcp;
  tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
  tcp::socket near{context};
  near.connect(acceptor.local_endpoint());
  auto far = acceptor.accept();
  auto const executor = context.get_executor();
  return {must(adopt_socket(executor, near.release(), options)),
          must(adopt_socket(executor, far.release(), options))};
}

LinkPair local_pair(boost::asio::io_context& context, LinkOptions options) {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  auto const executor = context.get_executor();
  return {must(adopt_socket(executor, ends[0], options)),
          must(adopt_socket(executor, ends[1], options))};
}

LinkPair counting_pair(boost::asio::io_context& context, LinkOptions options) {
  options.counts_descriptors = true;
  return local_pair(context, options);
}

LinkPair pipe_pair(boost::asio::io_context& context, LinkOptions options) {
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  REQUIRE(pipe(there.data()) == 0);
  REQUIRE(pipe(back.data()) == 0);
  auto const executor = context.get_executor();
  return {must(adopt_pipes(executor, back[0], there[1], "near", options)),
          must(adopt_pipes(executor, there[0], back[1], "far", options))};
}

LinkPair memory_pair(boost::asio::io_context& context, LinkOptions options) {
  auto pair = make_memory_links(context.get_executor(), {.link = options});
  return {std::move(pair.first), std::move(pair.second)};
}

LinkPair websocket_pair(boost::asio::io_context& context, LinkOptions options) {
  auto const address = Address::parse("ws://127.0.0.1:0/").value();
  auto const listener = listen(context.get_executor(), address, options);
  REQUIRE_MESSAGE(listener, listener.error());
  LinkPair links;
  auto dial = [&]() -> boost::asio::awaitable<void> {
    auto near = co_await connect((*listener)->address(), {.link = options});
    links.near = must(std::move(near));
  };
  auto serve = [&]() -> boost::asio::awaitable<void> {
    auto far = co_await (*listener)->accept();
    REQUIRE(far);
    links.far = std::move(*far);
  };
  run(context, [&]() -> boost::asio::awaitable<void> {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (dial() && serve());
  });
  return links;
}

std::string spell(Received const& received) {
  return received ? "payload " + std::string{as_text(received->view())} : spell(received.error());
}

std::string spell(Sent const& sent) {
  return sent ? "sent" : spell(sent.error());
}

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 24U);
  }
  return bytes;
}

}  // namespace vox::link::test
