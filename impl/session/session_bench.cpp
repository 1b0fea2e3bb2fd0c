// What a session costs: routing a message, and opening a connection, with 1 to 100,000 connections.
#include "impl/session/session.hpp"
#include "impl/wire/message.hpp"
#include "spec/assert.hpp"

#include <benchmark/benchmark.h>
#include <cstdint>
#include <utility>
#include <variant>

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
  while (auto const output = session.poll())
    benchmark::DoNotOptimize(output->index());
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
  auto session = Session::establish(TimePoint{}, {}, an_outcome()).value();
  drain(session);
  for (std::int64_t i = 1; i <= connections; ++i) {
    auto const id = static_cast<ConnectionId>(2 * i);
    hear(session, open_of(id));
    VOX_ASSERT(session.call(TimePoint{}, command::Accept{.connection_id = id}).has_value());
    drain(session);
  }
  return session;
}

// One call in, its response out: the connections take turns.
void route_request(benchmark::State& state) {
  auto session = session_with(state.range(0));
  std::vector<Backing> calls;
  for (std::int64_t i = 1; i <= state.range(0); ++i) {
    calls.push_back(message(
        static_cast<ConnectionId>(2 * i),
        wire::RequestMessage{
            .id = 1,
            .body = wire::Call{
                .method_id = 7, .metadata = {}, .args = as_bytes("hello"), .schemas = {}}}));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    hear(session, calls[next]);
    auto const sent = session.call(
        TimePoint{}, command::SendResponse{.connection_id = 2 * (next + 1), .request_id = 1});
    benchmark::DoNotOptimize(sent.has_value());
    drain(session);
    next = (next + 1) % calls.size();
  }
}
BENCHMARK(route_request)->RangeMultiplier(100)->Range(1, 10'000)->Arg(100'000);

void open_accept_close(benchmark::State& state) {
  auto session = session_with(state.range(0));
  auto const id = static_cast<ConnectionId>(2 * (state.range(0) + 1));
  auto const opening = open_of(id);
  auto const closing = message(id, wire::ConnectionClose{});
  for (auto _ : state) {
    hear(session, opening);
    auto const accepted = session.call(TimePoint{}, command::Accept{.connection_id = id});
    benchmark::DoNotOptimize(accepted.has_value());
    drain(session);
    hear(session, closing);
  }
}
BENCHMARK(open_accept_close)->RangeMultiplier(100)->Range(1, 10'000)->Arg(100'000);

void answer_ping(benchmark::State& state) {
  auto session = session_with(1);
  auto const ping = message(0, wire::Ping{.nonce = 5});
  for (auto _ : state)
    hear(session, ping);
}
BENCHMARK(answer_ping);

}  // namespace

BENCHMARK_MAIN();
