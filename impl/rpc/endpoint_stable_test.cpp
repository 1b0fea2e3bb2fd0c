// Endpoints on a stable conduit, and what no payload can take.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_pair.hpp"
#include "impl/rpc/method_types.hpp"

#include <boost/describe/class.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

struct Open {
  EndpointPair pair;
  EndpointPair::Side& client = pair.client;
  EndpointPair::Side& server = pair.server;

  explicit Open(PairOptions options) : pair{options} {
    pair.run();
    client.events.clear();
    server.events.clear();
  }
  event::CallArrived arrived() {
    pair.run();
    auto call = pair.next<event::CallArrived>(server);
    REQUIRE(call);
    return std::move(*call);
  }
  std::string call_answered_by(Method const& method, Bytes ret) {
    pair.call(client, method, args(std::string{"x"}));
    auto const call = arrived();
    pair.respond(server, call.request, std::move(ret));
    pair.run();
    return pair.outcome(client);
  }
};

PairOptions small(bool stable, std::size_t frame_bytes_max = 2000) {
  PairOptions options{.stable = stable};
  options.limits.frame_bytes_max = frame_bytes_max;
  return options;
}

TEST_SUITE_BEGIN("rpc");

TEST_CASE("r[stable] calls are answered over a stable conduit") {
  Open open{{.stable = true}};
  CHECK(open.call_answered_by(*methods().echo, ok(std::string{"hello"})) == "ok hello");
}

TEST_CASE(
    "r[stable.reconnect.failure] a client that comes back to a conduit that was given up is "
    "refused") {
  Open open{{.stable = true}};
  auto& server = *open.server.endpoint;
  open.pair.lose_link();
  open.pair.now += Limits{}.resume_window;
  server.handle(open.pair.now, input::DeadlineReached{});
  CHECK(server.session().state() == session::SessionState::waiting);
  REQUIRE(server.stable()->lost());
  CHECK(open.pair.next<session::event::Disconnected>(open.server));
  server.handle(
      open.pair.now,
      input::ClientHello{
          .link = 2, .hello = open.client.endpoint->stable()->client_hello(), .fresh_key = {}});
  wire::Buffer hello;
  REQUIRE(server.poll_transmit(hello));
  CHECK(wire::decode_server_hello(hello.view()).value().rejected);
  CHECK_FALSE(server.has_transmit());
}

TEST_CASE("a session that has ended is over once its stable conduit has no link") {
  for (bool const loses_first : {false, true}) {
    Open open{{.stable = true}};
    auto& client = *open.client.endpoint;
    if (loses_first) client.handle(open.pair.now, input::LinkLost{});
    open.pair.call(open.client, *methods().echo, args(std::string{"x"}));
    REQUIRE(client.call(open.pair.now, session::command::Shutdown{}));
    while (client.poll_event()) {
    }
    CHECK(client.is_over() == loses_first);
    client.handle(open.pair.now, input::LinkLost{});
    CHECK(client.is_over());
    CHECK_FALSE(client.next_deadline());
  }
}

TEST_CASE("every answer around the size of a payload is answered, whatever the conduit adds") {
  for (bool const stable : {false, true}) {
    Open open{small(stable)};
    int whole = 0;
    for (std::size_t size = 1940; size < 2010; ++size) {
      CAPTURE(size);
      auto const said = open.call_answered_by(*methods().echo, ok(std::string(size, 'x')));
      bool const is_whole = said.starts_with("ok");
      CHECK((is_whole || said.starts_with("invalid payload: the answer")));
      whole += is_whole ? 1 : 0;
    }
    CHECK(whole > 30);
    CHECK(open.server.endpoint->requests_in_flight() == 0);
  }
}

TEST_CASE(
    "r[rpc.channel.item] an item that does not fit is refused, and none that was taken is lost") {
  for (bool const stable : {false, true}) {
    Open open{small(stable)};
    auto& client = *open.client.endpoint;
    auto const made =
        client.call(open.pair.now,
                    command::MakeChannel{.connection_id = 0, .method = methods().sum, .type = 0});
    REQUIRE(made);
    open.pair.call(open.client, *methods().sum,
                   args(schema::Rx<std::int32_t>{*client.channel_id(made->id)}));
    static_cast<void>(open.arrived());
    // No more than the first credit allows.
    int taken = 0;
    for (std::size_t size = 1972; size < 1988; ++size) {
      CAPTURE(size);
      auto const before = open.server.seen.size();
      bool const sent =
          client.call(open.pair.now, command::SendItem{.channel = made->id, .item = Bytes(size)})
              .has_value();
      open.pair.run();
      CHECK(open.server.seen.size() == before + (sent ? 1 : 0));
      taken += sent ? 1 : 0;
    }
    CHECK(taken > 0);
    CHECK((taken < 16) == stable);
  }
}

// A type whose names make its announcement far larger than those of the other methods.
struct Wide {
  static constexpr std::string_view rust_name = "Wide";
  bool first_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
      false;
  bool
      second_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
          false;
  bool third_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
      false;
  bool
      fourth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
          false;
  bool fifth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
      false;
  bool sixth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
      false;
  bool
      seventh_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
          false;
  bool
      eighth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
          false;
  bool ninth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
      false;
  bool tenth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type =
      false;
};
BOOST_DESCRIBE_STRUCT(
    Wide, (),
    (first_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     second_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     third_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     fourth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     fifth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     sixth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     seventh_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     eighth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     ninth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type,
     tenth_whose_name_is_there_to_take_a_hundred_bytes_and_more_of_the_announcement_of_this_type))

TEST_CASE("a method whose type no payload can announce is answered, and others as ever") {
  using Text = std::tuple<std::string>;
  static Service service{"Wide"};
  static auto const& wide = service.add("wide", method_types<Text, Wide>());
  static auto const& plain = service.add("plain", method_types<Text, std::string>());
  for (bool const stable : {false, true}) {
    Open open{small(stable, 1500)};
    open.server.endpoint->serve(session::root_connection, &service);
    for (int i = 0; i < 3; ++i) {
      CHECK(open.call_answered_by(wide, ok(Wide{}))
                .starts_with("invalid payload: the type of the answer"));
      CHECK(open.call_answered_by(plain, ok(std::string{"y"})) == "ok y");
    }
    CHECK(open.pair.is_alive());
  }
}

TEST_SUITE_END();

}  // namespace
