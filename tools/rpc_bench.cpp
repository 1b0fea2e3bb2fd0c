// Calls, items and sessions over real links: one client program, one run, several servers, and a
// raw exchange of as many bytes beside them. VOXSPEC_BENCH_SERVERS names the servers, as in
//   cpp=tcp://127.0.0.1:4433 rust=tcp://127.0.0.1:4434
// where the names that begin with "rust" are spoken to as 0.4.0 does. tools/bench starts them.
#include "conformance/subjects/cpp/testbed.hpp"
#include "impl/link/condition.hpp"
#include "impl/link/listener.hpp"
#include "impl/net/typed/service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <malloc.h>
#include <memory>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

std::size_t allocation_count = 0;  // of the client; the raw server has a thread of its own

}  // namespace

void* operator new(std::size_t size) {
  ++allocation_count;
  auto* const room = std::malloc(size);
  if (room == nullptr) std::abort();
  return room;
}
void operator delete(void* room) noexcept {
  std::free(room);
}
void operator delete(void* room, std::size_t) noexcept {
  std::free(room);
}

namespace {

namespace asio = boost::asio;
using namespace vox;
using voxspec::subject::Testbed;
using voxspec::subject::TestbedClient;

struct Server {
  std::string name;
  link::Address address;
  [[nodiscard]] Rulebook rulebook() const {
    return name.starts_with("rust") ? Rulebook::vox_0_4 : Rulebook::spec;
  }
};

// Runs the coroutine on the context, and nothing longer than it.
template <class Work>
void run(asio::io_context& context, Work work) {
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr const& thrown) {
    context.stop();
    if (thrown) std::rethrow_exception(thrown);
  });
  context.restart();
  context.run();
}

net::InitiatorBuilder builder_for(Server const& server) {
  net::InitiatorBuilder builder;
  builder.rulebook(server.rulebook());
  return builder;
}

[[noreturn]] void give_up(std::string const& why) {
  std::cerr << "rpc_bench: " << why << '\n';
  std::exit(1);
}

TestbedClient connected(asio::io_context& context, Server const& server) {
  std::optional<TestbedClient> client;
  run(context, [&]() -> asio::awaitable<void> {
    auto made = co_await net::connect<Testbed>(server.address, builder_for(server));
    if (!made) give_up(server.name + ": " + made.error().text());
    client.emplace(std::move(*made));
  });
  return std::move(*client);
}

// So many callers at once, each with its share of the calls.
void echo(benchmark::State& state, Server const& server, std::size_t bytes, int window) {
  asio::io_context context;
  auto const client = connected(context, server);
  std::string const text(bytes, 'x');
  int const calls = std::max(window, bytes > 1000 ? 64 : 512);
  auto caller = [&](int share, int& left) -> asio::awaitable<void> {
    for (int i = 0; i < share; ++i) {
      auto const answer = co_await client.call<"echo">(text);
      if (!answer || answer->size() != text.size()) give_up(server.name + ": an echo failed");
    }
    if (--left == 0) context.stop();
  };
  auto const batch = [&] {
    int left = window;
    for (int i = 0; i < window; ++i)
      asio::co_spawn(context, caller(calls / window, left), asio::detached);
    context.restart();
    context.run();
  };
  batch();  // warms up
  auto const before = allocation_count;
  std::size_t batches = 0;
  for ([[maybe_unused]] auto _ : state) {
    batch();
    ++batches;
  }
  auto const made = static_cast<double>(batches) * calls;
  state.SetItemsProcessed(static_cast<std::int64_t>(made));
  state.counters["allocs/call"] = static_cast<double>(allocation_count - before) / made;
}

// A stream of items from the server, pulled as fast as they come.
void items(benchmark::State& state, Server const& server) {
  constexpr std::uint32_t count = 10'000;
  asio::io_context context;
  auto const client = connected(context, server);
  for ([[maybe_unused]] auto _ : state) {
    run(context, [&]() -> asio::awaitable<void> {
      auto [output, input] = net::channel<std::int32_t>();
      std::uint32_t got = 0;
      bool called = false;
      asio::co_spawn(
          context,
          [&, sink = std::move(output)]() mutable -> asio::awaitable<void> {
            static_cast<void>(co_await client.call<"generate_large">(count, std::move(sink)));
            called = true;
          },
          asio::detached);
      while (co_await input.next())
        ++got;
      if (got != count) give_up(server.name + ": items were lost");
      while (!called)
        co_await asio::post(context, asio::use_awaitable);
    });
  }
  state.SetItemsProcessed(state.iterations() * count);
}

void sessions(benchmark::State& state, Server const& server) {
  asio::io_context context;
  for ([[maybe_unused]] auto _ : state) {
    run(context, [&]() -> asio::awaitable<void> {
      auto const made = co_await net::connect<Testbed>(server.address, builder_for(server));
      if (!made) give_up(server.name + ": " + made.error().text());
    });
  }
  state.SetItemsProcessed(state.iterations());
}

// ---- as many bytes, and nothing else ----

// What stands around an echo's text in a call: ids, the length of the payload, an operation id.
constexpr std::size_t envelope_bytes = 45;

class RawServer {
 public:
  explicit RawServer(link::Address const& address) {
    auto made = link::listen(context_.get_executor(), address);
    if (!made) give_up(made.error());
    listener_ = std::move(*made);
    asio::co_spawn(context_, serve(), asio::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }
  RawServer(RawServer const&) = delete;
  RawServer& operator=(RawServer const&) = delete;
  ~RawServer() {
    context_.stop();
    thread_.join();
  }
  [[nodiscard]] link::Address address() const { return listener_->address(); }

 private:
  asio::awaitable<void> serve() {
    for (;;) {
      auto accepted = co_await listener_->accept();
      if (!accepted) co_return;
      asio::co_spawn(context_, answer(std::move(*accepted)), asio::detached);
    }
  }
  static asio::awaitable<void> answer(std::unique_ptr<link::Link> link) {
    for (;;) {
      auto const received = co_await link->receive();
      if (!received) co_return;
      if (!co_await link->send(received->view())) co_return;
    }
  }

  asio::io_context context_;
  std::unique_ptr<link::Listener> listener_;
  std::thread thread_;
};

void raw_echo(benchmark::State& state, link::Address const& address, std::size_t bytes,
              int window) {
  asio::io_context context;
  std::unique_ptr<link::Link> link;
  run(context, [&]() -> asio::awaitable<void> {
    auto made = co_await link::connect(address);
    if (!made) give_up(made.error());
    link = std::move(*made);
  });
  Bytes const payload(bytes + envelope_bytes);
  int const calls = std::max(window, bytes > 1000 ? 64 : 512);
  link::Condition received{context.get_executor()};
  // Sent and received by two coroutines, since the link may not hold a whole window.
  auto const batch = [&]() -> asio::awaitable<void> {
    int got = 0;
    auto const send_all = [&]() -> asio::awaitable<void> {
      for (int sent = 0; sent < calls; ++sent) {
        co_await received.until([&] { return sent < got + window; });
        static_cast<void>(co_await link->send(payload));
      }
    };
    asio::co_spawn(context, send_all(), asio::detached);
    for (; got < calls; ++got) {
      if (!co_await link->receive()) give_up("the raw link ended");
      received.notify();
    }
  };
  for ([[maybe_unused]] auto _ : state)
    run(context, batch);
  state.SetItemsProcessed(state.iterations() * calls);
}

std::vector<Server> servers_of(char const* text) {
  std::vector<Server> servers;
  std::istringstream words{text == nullptr ? "" : text};
  for (std::string word; words >> word;) {
    auto const equals = word.find('=');
    auto const address = equals == std::string::npos
                             ? std::expected<link::Address, std::string>{std::unexpected("no '='")}
                             : link::Address::parse(word.substr(equals + 1));
    if (!address) give_up("'" + word + "' is not name=address: " + address.error());
    servers.push_back({.name = word.substr(0, equals), .address = *address});
  }
  return servers;
}

struct Load {
  std::string_view name;
  std::size_t bytes;
  int window;
};
constexpr std::array loads{Load{"100B/1", 100, 1}, Load{"100B/64", 100, 64},
                           Load{"64KiB/1", 64uz << 10, 1}, Load{"64KiB/64", 64uz << 10, 64}};

template <class Function, class... Args>
void add(std::string const& name, Function function, Args const&... args) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { function(state, args...); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  // So that the client does not give its memory back and ask for it again with every call.
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  auto const servers = servers_of(std::getenv("VOXSPEC_BENCH_SERVERS"));
  if (servers.empty()) give_up("VOXSPEC_BENCH_SERVERS names no server; run tools/bench");
  RawServer const raw_tcp{*link::Address::parse("tcp://127.0.0.1:0")};
  auto const socket = std::filesystem::temp_directory_path() /
                      ("voxspec-raw-" + std::to_string(::getpid()) + ".sock");
  RawServer const raw_local{*link::Address::parse("local://" + socket.string())};

  // Side by side, so that servers are compared under the same conditions.
  for (auto const& [load, bytes, window] : loads) {
    auto const kind = "echo/" + std::string{load} + "/";
    add(kind + "raw", raw_echo, raw_tcp.address(), bytes, window);
    add(kind + "raw-local", raw_echo, raw_local.address(), bytes, window);
    for (auto const& server : servers)
      add(kind + server.name, echo, server, bytes, window);
  }
  for (auto const& server : servers)
    add("items/" + server.name, items, server);
  for (auto const& server : servers)
    add("sessions/" + server.name, sessions, server);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
