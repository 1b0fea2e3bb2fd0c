// What a peer can make an endpoint hold, or walk over, with messages that bring no bytes.
#include "impl/rpc/endpoint_pair.hpp"

#include <doctest/doctest.h>

namespace vox::rpc {

using namespace test;

TEST_SUITE_BEGIN("rpc");

TEST_CASE("messages before their call count with what they take, though they bring no bytes") {
  PairOptions options{.rulebook = Rulebook::vox_0_4, .asks = true};
  options.limits.early_bytes_max = 10'000;
  EndpointPair pair{options};
  pair.accept_roots();
  for (int connection = 0; connection < 20; ++connection) {
    auto const id = pair.open();
    for (int i = 0; i < 60; ++i) {
      wire::Message const early{.connection_id = id,
                                .payload = wire::ChannelMessage{.id = 101, .body = wire::Item{}}};
      pair.server.wire.push_back(wire::encode_message(early));
    }
    pair.run();
  }
  // Without them: the slots of the connections.
  auto const held = pair.server.endpoint->held_bytes();
  auto const slots = pair.server.endpoint->session().held_bytes();
  CHECK(held - slots > 9'000);
  CHECK(held - slots <= 10'000);
}

TEST_CASE("repeats that join a running operation are bounded") {
  PairOptions options{.max_concurrent_requests = 64};
  options.limits.operations_max = 8;
  EndpointPair pair{options};
  pair.call(pair.client, *methods().echo, args(std::string{"x"}));
  pair.run();
  REQUIRE(pair.next<event::CallArrived>(pair.server));
  wire::Metadata const metadata{{.key = key::operation_id, .value = std::uint64_t{1}, .flags = 0}};
  auto const bytes = args(std::string{"x"});
  for (std::uint64_t id = 101; id < 161; id += 2) {
    wire::Message const repeat{
        .connection_id = 0,
        .payload = wire::RequestMessage{.id = id,
                                        .body = wire::Call{.method_id = methods().echo->id(),
                                                           .metadata = metadata,
                                                           .args = bytes,
                                                           .schemas = {}}}};
    pair.server.wire.push_back(wire::encode_message(repeat));
    pair.step(pair.server);
  }
  CHECK(pair.server.endpoint->requests_in_flight() == 8);
}

TEST_CASE("a call that waits for the peer goes out with the response that makes room") {
  EndpointPair pair{{.asks = true}};
  pair.accept_roots();
  auto const id = pair.open(64);
  for (int i = 0; i < 66; ++i)
    pair.call(pair.client, *methods().echo, args(std::string{"x"}), id);
  pair.run();
  for (int i = 0; i < 66; ++i) {
    auto const arrived = pair.next<event::CallArrived>(pair.server);
    REQUIRE(arrived);
    pair.respond(pair.server, arrived->request, ok(std::string{"y"}));
    pair.run();
    CHECK(pair.outcome(pair.client) == "ok y");
  }
}

TEST_SUITE_END();

}  // namespace vox::rpc
