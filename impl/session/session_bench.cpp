// What a session costs with 1 to 100,000 connections: routing a request, opening and closing a
// connection, and the memory that a connection holds.
#include "impl/session/session.hpp"
#include "impl/wire/message.hpp"
#include "spec/assert.hpp"

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <utility>
#include <variant>
#include <vector>

namespace {

// What the program holds of the heap, with what the allocator rounds up.
std::size_t held_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
  auto* const room = std::malloc(size);
  if (room == nullptr) std::abort();
  held_bytes += malloc_usable_size(room);
  return room;
}
void operator delete(void* room) noexcept {
  if (room != nullptr) held_bytes -= malloc_usable_size(room);
  std::free(room);
}
void operator delete(void* room, std::size_t) noexcept {
  operator delete(room);
}

namespace {

using namespace vox;
using namespace vox::session;

HandshakeOutcome an_outcome() {
  HandshakeOutcome outcome;
  outcome.our_settings = {.parity = Parity::odd};
  outcome.peer_settings = {.parity = Parity::even};
  outcome.peer_metadata.add({.key = "vox-service", .value = std::string_view{"Echo"}, .flags = 0});
  return outcome;
}

void drain(Session& session) {
  static wire::Buffer buffer;
  buffer.clear();
  while (auto const event = session.poll_event())
    benchmark::DoNotOptimize(event->index());
  Token written = 0;
  while (auto const transmit = session.poll_transmit(buffer))
    written = transmit->token;
  if (written > 0) session.handle(TimePoint{}, input::Written{.through = written});
}

void hear(Session& session, Backing payload) {
  session.handle(TimePoint{}, input::Received{.payload = std::move(payload)});
  drain(session);
}

Backing message(ConnectionId id, wire::MessagePayload const& payload) {
  return Backing{wire::encode_message({.connection_id = id, .payload = payload})};
}

Backing open_of(ConnectionId id) {
  static wire::Metadata const service{
      {.key = "vox-service", .value = std::string_view{"Echo"}, .flags = 0}};
  return message(id, wire::ConnectionOpen{.connection_settings = {}, .metadata = service});
}

Session session_with(std::int64_t connections) {
  SessionOptions options;
  options.limits.session_bytes_max = std::size_t{1} << 30U;
  auto session = Session::establish(TimePoint{}, options, an_outcome()).value();
  drain(session);
  for (std::int64_t i = 1; i <= connections; ++i) {
    auto const id = static_cast<ConnectionId>(2 * i);
    hear(session, open_of(id));
    VOX_ASSERT(session.call(TimePoint{}, command::Accept{.connection_id = id}).has_value());
    drain(session);
  }
  return session;
}

Backing call_on(ConnectionId id) {
  return message(
      id, wire::RequestMessage{
              .id = 1,
              .body = wire::Call{
                  .method_id = 7, .metadata = {}, .args = as_bytes("hello"), .schemas = {}}});
}

void per_message(benchmark::State& state, std::int64_t messages_each) {
  state.SetItemsProcessed(state.iterations() * messages_each);
  state.SetLabel("items are messages");
}

// One call in, its response out: the connections take turns.
void route_request(benchmark::State& state) {
  auto session = session_with(state.range(0));
  std::vector<Backing> calls;
  for (std::int64_t i = 1; i <= state.range(0); ++i)
    calls.push_back(call_on(static_cast<ConnectionId>(2 * i)));
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    hear(session, calls[next]);
    auto const sent = session.call(
        TimePoint{}, command::SendResponse{.connection_id = 2 * (next + 1), .request_id = 1});
    benchmark::DoNotOptimize(sent.has_value());
    drain(session);
    next = (next + 1) % calls.size();
  }
  per_message(state, 2);
}
BENCHMARK(route_request)->RangeMultiplier(100)->Range(1, 10'000)->Arg(100'000);

void open_accept_close(benchmark::State& state) {
  auto session = session_with(state.range(0));
  auto const id = static_cast<ConnectionId>(2 * (state.range(0) + 1));
  auto const opening = open_of(id);
  auto const closing = message(id, wire::ConnectionClose{});
  for ([[maybe_unused]] auto _ : state) {
    hear(session, opening);
    auto const accepted = session.call(TimePoint{}, command::Accept{.connection_id = id});
    benchmark::DoNotOptimize(accepted.has_value());
    drain(session);
    hear(session, closing);
  }
  per_message(state, 3);
}
BENCHMARK(open_accept_close)->RangeMultiplier(100)->Range(1, 10'000)->Arg(100'000);

void answer_ping(benchmark::State& state) {
  auto session = session_with(1);
  auto const ping = message(0, wire::Ping{.nonce = 5});
  for ([[maybe_unused]] auto _ : state)
    hear(session, ping);
  per_message(state, 2);
}
BENCHMARK(answer_ping);

// What a connection holds, and what it holds once it has had a call.
void hold_connections(benchmark::State& state) {
  auto const count = state.range(0);
  for ([[maybe_unused]] auto _ : state) {
    auto const before = held_bytes;
    auto session = session_with(count);
    auto const idle = held_bytes;
    for (std::int64_t i = 1; i <= count; ++i) {
      auto const id = static_cast<ConnectionId>(2 * i);
      hear(session, call_on(id));
      static_cast<void>(
          session.call(TimePoint{}, command::SendResponse{.connection_id = id, .request_id = 1}));
      drain(session);
    }
    auto const each = [&](std::size_t bytes) {
      return static_cast<double>(bytes - before) / static_cast<double>(count);
    };
    state.counters["idle_bytes"] = each(idle);
    state.counters["used_bytes"] = each(held_bytes);
  }
}
BENCHMARK(hold_connections)->RangeMultiplier(100)->Range(1, 10'000)->Arg(100'000);

}  // namespace

BENCHMARK_MAIN();
