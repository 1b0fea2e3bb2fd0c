// What ends with a connection, and what goes on beside it.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_pair.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

// Two endpoints with connections beside the root.
struct Connections {
  EndpointPair pair{{.asks = true}};
  EndpointPair::Side& client = pair.client;
  EndpointPair::Side& server = pair.server;

  Connections() { pair.accept_roots(); }
  // On which the client may have one request in flight.
  [[nodiscard]] session::ConnectionId open() {
    auto const id = pair.open(1);
    REQUIRE(pair.next<session::event::ConnectionRequested>(server));
    return id;
  }
  CallId call(session::ConnectionId id, Method const& method, Bytes bytes) const {
    return pair.call(client, method, std::move(bytes), id);
  }
  CallId echo(session::ConnectionId id) const {
    return call(id, *methods().echo, args(std::string{"x"}));
  }
  [[nodiscard]] RequestToken arrived() {
    auto const call = pair.next<event::CallArrived>(server);
    REQUIRE(call);
    return call->request;
  }
  void close(session::ConnectionId id) {
    REQUIRE(client.endpoint->call(pair.now, session::command::Close{.connection_id = id}));
    pair.run();
  }
};

TEST_SUITE_BEGIN("rpc");

TEST_CASE("r[connection.close.semantics] a close ends the calls of its connection, and no others") {
  Connections connections;
  auto& pair = connections.pair;
  auto const one = connections.open();
  auto const other = connections.open();
  auto const sent = connections.echo(one);
  auto const beside = connections.echo(other);
  auto const waiting = connections.echo(one);
  pair.run();
  auto const stopped = connections.arrived();
  auto const running = connections.arrived();
  connections.close(one);
  for (auto const id : {sent, waiting}) {
    auto const done = pair.next<event::CallDone>(connections.client);
    REQUIRE(done);
    CHECK(done->call == id);
    CHECK(said(done->outcome) == "connection_closed");
  }
  CHECK_FALSE(pair.next<event::CallDone>(connections.client));
  CHECK(connections.client.endpoint->calls_in_flight() == 1);

  auto const told = pair.next<event::HandlerStopped>(connections.server);
  REQUIRE(told);
  CHECK(told->request == stopped);
  CHECK_FALSE(pair.next<event::HandlerStopped>(connections.server));
  pair.respond(connections.server, stopped, ok(std::string{"nobody's"}));
  pair.respond(connections.server, running, ok(std::string{"theirs"}));
  pair.run();
  auto const done = pair.next<event::CallDone>(connections.client);
  REQUIRE(done);
  CHECK(done->call == beside);
  CHECK(said(done->outcome) == "ok theirs");
  CHECK(connections.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE("a request whose handler outlives its connection counts until the handler ends") {
  Connections connections;
  auto& pair = connections.pair;
  auto const id = connections.open();
  connections.echo(id);
  pair.run();
  auto const old = connections.arrived();
  connections.close(id);
  CHECK(pair.next<event::HandlerStopped>(connections.server));
  CHECK(connections.server.endpoint->requests_in_flight() == 1);
  pair.respond(connections.server, old, ok(std::string{"late"}));
  CHECK(connections.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE("r[rpc.channel.lifecycle] a close ends the channels of its connection, and no others") {
  Connections connections;
  auto& pair = connections.pair;
  std::vector<ChannelRef> callers;
  std::vector<ChannelRef> handlers;
  std::vector<session::ConnectionId> ids;
  for (int i = 0; i < 2; ++i) {
    ids.push_back(connections.open());
    auto const made = connections.client.endpoint->call(
        pair.now,
        command::MakeChannel{.connection_id = ids.back(), .method = methods().sum, .type = 0});
    REQUIRE(made);
    callers.push_back(made->id);
    auto const channel = *connections.client.endpoint->channel_id(made->id);
    connections.call(ids.back(), *methods().sum, args(schema::Rx<std::int32_t>{channel}));
    pair.run();
    auto const call = pair.next<event::CallArrived>(connections.server);
    REQUIRE(call);
    handlers.push_back(call->channels.front());
  }
  connections.close(ids.front());
  CHECK(connections.client.endpoint->channel_end(callers[0]) == ChannelEnd::lost);
  CHECK(connections.server.endpoint->channel_end(handlers[0]) == ChannelEnd::lost);
  CHECK_FALSE(connections.client.endpoint->channel_end(callers[1]));
  CHECK_FALSE(connections.server.endpoint->channel_end(handlers[1]));
}

TEST_SUITE_END();

}  // namespace
