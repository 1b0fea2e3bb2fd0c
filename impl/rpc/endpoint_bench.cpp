// What it costs to close connections of a session with 100 to 10,000 of them, each with a call, the
// handler of it and a channel.
#include "impl/rpc/endpoint_pair.hpp"
#include "spec/assert.hpp"

#include <benchmark/benchmark.h>
#include <cstdint>
#include <vector>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

// What the sides have been told is of no use.
void move(EndpointPair& pair) {
  pair.run();
  for (auto* const side : {&pair.client, &pair.server}) {
    side->events.clear();
    side->seen.clear();
  }
}

session::ConnectionId open_with_call(EndpointPair& pair) {
  auto& client = *pair.client.endpoint;
  auto const id = pair.open();
  auto const channel =
      client
          .call(pair.now,
                command::MakeChannel{.connection_id = id, .method = methods().sum, .type = 0})
          .value()
          .id;
  auto const channel_id = client.channel_id(channel).value();
  pair.call(pair.client, *methods().sum, args(schema::Rx<std::int32_t>{channel_id}), id);
  move(pair);
  return id;
}

void close_connections(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    EndpointPair pair{{.asks = true}};
    pair.accept_roots();
    std::vector<session::ConnectionId> ids;
    for (std::int64_t i = 0; i < state.range(0); ++i)
      ids.push_back(open_with_call(pair));
    state.ResumeTiming();
    for (auto const id : ids) {
      VOX_ASSERT(
          pair.client.endpoint->call(pair.now, session::command::Close{.connection_id = id}));
      move(pair);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel("items are connections");
}
BENCHMARK(close_connections)->RangeMultiplier(10)->Range(100, 10'000);

}  // namespace

BENCHMARK_MAIN();
