// Two endpoints in steady state allocate nothing below the application's own bytes: counted by the
// program's own operator new.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_pair.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace {

std::size_t allocation_count = 0;

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

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

// Moves payloads between two endpoints through memory that is used again, as links do.
struct Wires {
  EndpointPair pair;
  wire::Buffer payload;
  BackingPool pool;

  void move(Endpoint& from, Endpoint& to) {
    for (;;) {
      payload.clear();
      auto const transmit = from.poll_transmit(payload);
      if (!transmit) return;
      from.handle(pair.now, input::Written{transmit->token});
      to.handle(pair.now, input::Received{pool.copy(payload.view())});
    }
  }
};

TEST_CASE("a call and its answer cost no allocation once the endpoints are warm") {
  for (bool const resumable : {false, true}) {
    Limits limits;
    limits.operations_max = 64;  // so that the oldest outcomes give way early
    Wires wires{.pair = EndpointPair{{.resumable = resumable, .limits = limits}},
                .payload = {},
                .pool = {}};
    auto& client = *wires.pair.client.endpoint;
    auto& server = *wires.pair.server.endpoint;
    constexpr int rounds = 2000;
    std::vector<Bytes> calls(rounds, args(std::string(100, 'x')));
    std::vector<Bytes> answers(rounds, ok(std::string(100, 'x')));
    std::size_t before = 0;
    int answered = 0;
    for (int round = 0; round < rounds; ++round) {
      // Sealed outcomes are remembered up to a number, and their memory is used again from there.
      if (round == rounds / 2) before = allocation_count;
      static_cast<void>(
          client.call(wires.pair.now,
                      command::Call{.connection_id = 0,
                                    .method = methods().echo,
                                    .metadata = {},
                                    .args = std::move(calls[static_cast<std::size_t>(round)])}));
      wires.move(client, server);
      while (auto event = server.poll_event()) {
        auto const* const arrived = std::get_if<event::CallArrived>(&*event);
        if (arrived == nullptr) continue;
        static_cast<void>(
            server.call(wires.pair.now,
                        command::Respond{.request = arrived->request,
                                         .ret = std::move(answers[static_cast<std::size_t>(round)]),
                                         .metadata = {}}));
      }
      wires.move(server, client);
      while (auto event = client.poll_event())
        answered += std::holds_alternative<event::CallDone>(*event) ? 1 : 0;
    }
    CHECK(answered == rounds);
    auto const a_call = 2.0 * static_cast<double>(allocation_count - before) / rounds;
    INFO("allocations a call: ", a_call);
    INFO("resumable: ", resumable);
    // The index of what is remembered is rebuilt once for as many calls as are remembered.
    CHECK(a_call <= 1.0 / static_cast<double>(limits.operations_max) + 0.001);
  }
}

TEST_CASE("an item of a channel costs no allocation once the endpoints are warm") {
  Wires wires;
  auto& client = *wires.pair.client.endpoint;
  auto& server = *wires.pair.server.endpoint;
  auto const ref = client
                       .call(wires.pair.now,
                             command::MakeChannel{.connection_id = 0, .method = methods().generate})
                       ->id;
  auto const id = *client.channel_id(ref);
  static_cast<void>(client.call(
      wires.pair.now, command::Call{.connection_id = 0,
                                    .method = methods().generate,
                                    .metadata = {},
                                    .args = args(std::uint32_t{1}, schema::Tx<std::int32_t>{id})}));
  wires.move(client, server);
  auto const theirs = server.find_channel(0, id);
  constexpr int rounds = 2000;
  std::vector<Bytes> items(rounds, Bytes(4));
  std::size_t before = 0;
  int taken = 0;
  for (int round = 0; round < rounds; ++round) {
    if (round == rounds / 2) before = allocation_count;
    static_cast<void>(
        server.call(wires.pair.now,
                    command::SendItem{.channel = theirs,
                                      .item = std::move(items[static_cast<std::size_t>(round)])}));
    wires.move(server, client);
    while (std::holds_alternative<ReceivedItem>(client.take_item(wires.pair.now, ref)))
      ++taken;
    wires.move(client, server);
    while (client.poll_event() || server.poll_event()) {
    }
  }
  CHECK(taken == rounds);
  CHECK(allocation_count - before == 0);
}

}  // namespace
