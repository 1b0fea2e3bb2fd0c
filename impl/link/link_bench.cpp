// One payload there and back over a link, for comparing what stands above links with them.
#include "impl/link/stream_link.hpp"
#include "impl/wire/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <exception>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;

using Descriptors = std::array<int, 2>;

Descriptors tcp_descriptors() {
  using asio::ip::tcp;
  asio::io_context context;
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::socket near{context};
  near.connect(acceptor.local_endpoint());
  auto far = acceptor.accept();
  return {near.release(), far.release()};
}

Descriptors local_descriptors() {
  Descriptors ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::terminate();
  return ends;
}

asio::awaitable<void> echo(Link& link) {
  for (;;) {
    auto const received = co_await link.receive();
    if (!received) co_return;
    if (!co_await link.send(received->view())) co_return;
  }
}

// One round is `window` payloads there, with one flush, and back.
asio::awaitable<void> ask(Link& link, benchmark::State& state, Bytes const& payload, int window) {
  for ([[maybe_unused]] auto const round : state) {
    for (int i = 0; i < window; ++i) {
      wire::Writer{link.write_buffer().begin()}.put_bytes(payload);
      if (!link.write_buffer().commit()) co_return;
    }
    if (!co_await link.flush()) co_return;
    for (int i = 0; i < window; ++i) {
      auto const received = co_await link.receive();
      if (!received) co_return;
    }
  }
}

void ping_pong(benchmark::State& state, Descriptors const& ends) {
  auto const payload = Bytes(static_cast<std::size_t>(state.range(0)));
  auto const window = static_cast<int>(state.range(1));
  std::thread other{[socket = ends[1]] {
    asio::io_context context;
    auto const link = adopt_socket(context.get_executor(), socket);
    asio::co_spawn(context, echo(**link), [](std::exception_ptr const&) {});
    context.run();
  }};
  asio::io_context context;
  auto link = adopt_socket(context.get_executor(), ends[0]);
  asio::co_spawn(context, ask(**link, state, payload, window), [](std::exception_ptr const&) {});
  context.run();
  (*link)->close();
  other.join();
  state.SetItemsProcessed(state.iterations() * window);
}

void tcp(benchmark::State& state) {
  ping_pong(state, tcp_descriptors());
}
void local(benchmark::State& state) {
  ping_pong(state, local_descriptors());
}

// The payload's size, and how many are under way.
void sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({100, 1})->Args({100, 64})->Args({64 << 10, 1})->Args({64 << 10, 2})->UseRealTime();
}
BENCHMARK(tcp)->Apply(sizes);
BENCHMARK(local)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
