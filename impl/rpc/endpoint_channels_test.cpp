#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_pair.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

Bytes item(std::int32_t number) {
  return wire::encode_value(number);
}

// A call of `method` with one channel, and both ends of it.
struct Streaming {
  EndpointPair pair;
  EndpointPair::Side& client = pair.client;
  EndpointPair::Side& server = pair.server;
  ChannelRef callers = 0;
  ChannelRef handlers = 0;
  CallId call = 0;
  RequestToken request = 0;

  explicit Streaming(Method const& method, PairOptions options = {}) : pair{options} {
    pair.run();
    make(method);
    call = pair.call(client, method, arguments(method));
    take_over();
  }

  void make(Method const& method) {
    auto const made = client.endpoint->call(
        pair.now, command::MakeChannel{.connection_id = 0, .method = &method, .type = 0});
    REQUIRE(made);
    callers = made->id;
  }
  [[nodiscard]] Bytes arguments(Method const& method) const {
    auto const id = *client.endpoint->channel_id(callers);
    if (&method == methods().sum) return args(schema::Rx<std::int32_t>{id});
    return args(std::uint32_t{100}, schema::Tx<std::int32_t>{id});
  }
  void take_over() {
    pair.run();
    auto const arrived = pair.next<event::CallArrived>(server);
    REQUIRE(arrived);
    REQUIRE(arrived->channels.size() == 1);
    handlers = arrived->channels[0];
    request = arrived->request;
  }

  // Sends 0, 1, 2, ... until it is refused, at most so many; how many went.
  int send(EndpointPair::Side& side, ChannelRef ref, int count, int first = 0) const {
    for (int i = 0; i < count; ++i) {
      auto const sent =
          side.endpoint->call(pair.now, command::SendItem{.channel = ref, .item = item(first + i)});
      if (!sent) return i;
    }
    return count;
  }
  // Everything that can be taken, as "0 1 2 closed".
  std::string take(EndpointPair::Side& side, ChannelRef ref, int most = 1000) const {
    std::string text;
    while (most-- > 0) {
      auto const taken = side.endpoint->take_item(pair.now, ref);
      if (std::holds_alternative<std::monostate>(taken)) break;
      if (!text.empty()) text += ' ';
      if (auto const* const end = std::get_if<ChannelEnd>(&taken)) {
        text += boost::describe::enum_to_string(*end, "?");
        break;
      }
      text +=
          std::to_string(*wire::decode_value<std::int32_t>(std::get<ReceivedItem>(taken).bytes));
    }
    return text;
  }
};

TEST_CASE(
    "r[rpc.channel.binding.callee-args.rx] items of the caller reach the handler in order, "
    "then the end") {
  Streaming streaming{*methods().sum};
  CHECK(streaming.send(streaming.client, streaming.callers, 3) == 3);
  CHECK(streaming.client.endpoint->call(streaming.pair.now,
                                        command::CloseChannel{.channel = streaming.callers}));
  streaming.pair.run();
  CHECK(streaming.pair.next<event::ChannelReadable>(streaming.server));
  CHECK(streaming.take(streaming.server, streaming.handlers) == "0 1 2 closed");
}

TEST_CASE(
    "r[rpc.channel.binding.callee-args.tx] items of the handler reach the caller, also after "
    "the response") {
  Streaming streaming{*methods().generate};
  CHECK(streaming.send(streaming.server, streaming.handlers, 2) == 2);
  streaming.pair.respond(streaming.server, streaming.request, ok(std::monostate{}));
  streaming.pair.run();
  CHECK(streaming.pair.outcome(streaming.client) == "ok");
  CHECK(streaming.send(streaming.server, streaming.handlers, 1, 2) == 1);
  CHECK(streaming.server.endpoint->call(streaming.pair.now,
                                        command::CloseChannel{.channel = streaming.handlers}));
  streaming.pair.run();
  CHECK(streaming.take(streaming.client, streaming.callers) == "0 1 2 closed");
}

TEST_CASE(
    "r[rpc.flow-control.credit.exhaustion] a sender stops at its credit and goes on when more "
    "is granted") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Streaming streaming{*methods().generate, {.rulebook = rulebook}};
    CHECK(streaming.send(streaming.server, streaming.handlers, 100) == 16);
    streaming.pair.run();
    streaming.server.events.clear();
    CHECK(streaming.take(streaming.client, streaming.callers, 7) == "0 1 2 3 4 5 6");
    streaming.pair.run();
    CHECK_FALSE(streaming.pair.next<event::ChannelWritable>(streaming.server));
    CHECK(streaming.take(streaming.client, streaming.callers, 1) == "7");
    streaming.pair.run();
    CHECK(streaming.pair.next<event::ChannelWritable>(streaming.server));
    // In spec the window is doubled, since the reader keeps up.
    int const granted = rulebook == Rulebook::spec ? 24 : 8;
    CHECK(streaming.send(streaming.server, streaming.handlers, 100, 16) == granted);
  }
}

TEST_CASE("a sender is never further ahead of its reader than the widest window") {
  Limits limits;
  limits.channel_window_max = 50;
  Streaming streaming{*methods().generate, {.limits = limits}};
  int sent = 0;
  for (int taken = 0; taken < 500; ++taken) {
    sent += streaming.send(streaming.server, streaming.handlers, 1000, sent);
    CHECK(sent - taken <= 50);
    streaming.pair.run();
    CHECK(streaming.take(streaming.client, streaming.callers, 1) == std::to_string(taken));
    streaming.pair.run();
  }
  CHECK(sent > 500 + 24);
}

TEST_CASE("r[rpc.flow-control.credit] an item without credit ends the session in spec") {
  Streaming streaming{*methods().generate};
  CHECK(streaming.send(streaming.server, streaming.handlers, 16) == 16);
  streaming.pair.run();
  auto const last = streaming.client.seen.back();
  streaming.client.endpoint->handle(streaming.pair.now, input::Received{Backing{last}});
  streaming.pair.run();
  auto const ended = streaming.pair.next<session::event::Ended>(streaming.client);
  REQUIRE(ended);
  CHECK(ended->rule->id() == "rpc.flow-control.credit");
}

TEST_CASE("r[rpc.channel.reset] a sender whose receiver has let go sends no more") {
  Streaming streaming{*methods().generate};
  CHECK(streaming.client.endpoint->call(streaming.pair.now,
                                        command::ReleaseChannel{.channel = streaming.callers}));
  streaming.pair.run();
  CHECK(streaming.send(streaming.server, streaming.handlers, 1) == 0);
  // Items that were under way are tolerated, and the call goes on.
  streaming.pair.respond(streaming.server, streaming.request, ok(std::monostate{}));
  streaming.pair.run();
  CHECK(streaming.pair.outcome(streaming.client) == "ok");
}

TEST_CASE("r[rpc.cancel.channels] a cancel ends no channel") {
  Streaming streaming{*methods().generate};
  CHECK(streaming.client.endpoint->call(streaming.pair.now,
                                        command::Cancel{.call = streaming.call, .metadata = {}}));
  streaming.pair.run();
  CHECK(streaming.pair.outcome(streaming.client) == "cancelled");
  CHECK(streaming.send(streaming.server, streaming.handlers, 1) == 1);
  streaming.pair.run();
  CHECK(streaming.take(streaming.client, streaming.callers) == "0");
}

TEST_CASE("r[rpc.channel.lifecycle] a lost link ends channels on both sides") {
  Streaming streaming{*methods().generate};
  CHECK(streaming.send(streaming.server, streaming.handlers, 3) == 3);
  streaming.pair.run();
  streaming.pair.lose_link();
  CHECK(streaming.send(streaming.server, streaming.handlers, 1) == 0);
  streaming.pair.resume();
  CHECK(streaming.pair.outcome(streaming.client) == "indeterminate");
  CHECK(streaming.take(streaming.client, streaming.callers) == "0 1 2 lost");
}

TEST_CASE(
    "r[retry.channel.volatile.rebinding] an idempotent stream is made again with channels of "
    "its own, from the first item") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Streaming streaming{*methods().generate_idem, {.rulebook = rulebook}};
    auto const before = streaming.client.endpoint->channel_id(streaming.callers);
    CHECK(streaming.send(streaming.server, streaming.handlers, 3) == 3);
    streaming.pair.run();
    streaming.pair.lose_link();
    CHECK(streaming.server.endpoint->call(streaming.pair.now,
                                          command::Drop{.request = streaming.request}));
    streaming.pair.resume();
    streaming.take_over();
    CHECK(streaming.client.endpoint->channel_id(streaming.callers) != before);
    CHECK(streaming.send(streaming.server, streaming.handlers, 100) == 16);
    streaming.pair.run();
    CHECK(streaming.take(streaming.client, streaming.callers, 6) == "0 1 2 0 1 2");
  }
}

TEST_CASE(
    "r[retry.channel.sealed-result] a repeat of a stream that has returned gets the outcome and "
    "the end of its channel, idempotent or not") {
  Streaming streaming{*methods().generate_idem};
  CHECK(streaming.send(streaming.server, streaming.handlers, 3) == 3);
  streaming.pair.respond(streaming.server, streaming.request, ok(std::monostate{}));
  streaming.pair.lose_link();
  streaming.pair.resume();
  CHECK_FALSE(streaming.pair.next<event::CallArrived>(streaming.server));
  CHECK(streaming.pair.outcome(streaming.client) == "ok");
  CHECK(streaming.take(streaming.client, streaming.callers) == "closed");
}

TEST_CASE(
    "r[retry.duplicate.live.attach] a repeat joins though it names a channel that is in use") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Streaming streaming{*methods().sum, {.rulebook = rulebook}};
    auto repeat = *wire::decode_message(streaming.server.seen.back());
    std::get<wire::RequestMessage>(repeat.payload).id += 2;
    streaming.server.wire.push_back(wire::encode_message(repeat));
    streaming.pair.run();
    CHECK_FALSE(streaming.pair.next<event::CallArrived>(streaming.server));
    CHECK(streaming.server.endpoint->requests_in_flight() == 2);
    CHECK(streaming.send(streaming.client, streaming.callers, 3) == 3);
    streaming.pair.run();
    CHECK(streaming.take(streaming.server, streaming.handlers) == "0 1 2");
    streaming.pair.respond(streaming.server, streaming.request, ok(std::int64_t{3}));
    CHECK(streaming.server.endpoint->requests_in_flight() == 0);
  }
}

TEST_CASE(
    "r[retry.cancel.explicit.volatile] a cancelled attempt is answered once, by 0.4.0 twice") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Streaming streaming{*methods().sum, {.rulebook = rulebook}};
    streaming.client.seen.clear();
    CHECK(streaming.client.endpoint->call(streaming.pair.now,
                                          command::Cancel{.call = streaming.call, .metadata = {}}));
    streaming.pair.run();
    int answers = 0;
    for (auto const& payload : streaming.client.seen) {
      auto const message = wire::decode_message(payload);
      if (message && std::holds_alternative<wire::RequestMessage>(message->payload)) ++answers;
    }
    CHECK(answers == (rulebook == Rulebook::spec ? 1 : 2));
  }
}

TEST_CASE(
    "r[retry.channel.disconnect.closes] a handler that reads learns of a lost link, from 0.4.0 at "
    "the resume, which stops it first") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Streaming streaming{*methods().sum, {.rulebook = rulebook}};
    streaming.pair.lose_link();
    auto const at_loss = streaming.take(streaming.server, streaming.handlers);
    CHECK(at_loss == (rulebook == Rulebook::spec ? "lost" : ""));
    streaming.pair.resume();
    CHECK(streaming.pair.next<event::HandlerStopped>(streaming.server));
    CHECK(streaming.take(streaming.server, streaming.handlers) == "lost");
  }
}

TEST_CASE("items that come before their call are kept for it, up to a bound") {
  Streaming streaming{*methods().sum};
  streaming.make(*methods().sum);
  auto const id = *streaming.client.endpoint->channel_id(streaming.callers);
  for (int i = 0; i < 3; ++i) {
    auto const bytes = item(i);
    wire::Message const early{
        .connection_id = 0,
        .payload = wire::ChannelMessage{.id = id, .body = wire::Item{.item = bytes}}};
    streaming.server.wire.push_back(wire::encode_message(early));
  }
  streaming.pair.run();
  streaming.pair.call(streaming.client, *methods().sum, streaming.arguments(*methods().sum));
  streaming.take_over();
  CHECK(streaming.take(streaming.server, streaming.handlers) == "0 1 2");
  // What no call ever names is refused at the bound.
  wire::Message const stray{.connection_id = 0,
                            .payload = wire::ChannelMessage{.id = 9999, .body = wire::Close{}}};
  for (std::size_t i = 0; i <= Limits{}.early_items_max; ++i) {
    streaming.server.wire.push_back(wire::encode_message(stray));
  }
  streaming.pair.run();
  CHECK(streaming.pair.next<session::event::Ended>(streaming.server));
}

TEST_CASE("items that no call has named yet never stop the reading") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    PairOptions options{.rulebook = rulebook};
    options.limits.session_bytes_max = 100'000;
    Streaming streaming{*methods().sum, options};
    Bytes const large(40'000);
    for (std::uint64_t const id : {101U, 103U, 105U}) {
      wire::Message const early{
          .connection_id = 0,
          .payload = wire::ChannelMessage{.id = id, .body = wire::Item{.item = large}}};
      streaming.server.wire.push_back(wire::encode_message(early));
    }
    streaming.pair.run();
    CHECK(streaming.server.wire.empty());
    CHECK(streaming.pair.is_alive() == (rulebook == Rulebook::vox_0_4));
  }
}

TEST_CASE("items that no call has named go with their link") {
  PairOptions options{};
  options.limits.early_bytes_max = 50'000;
  EndpointPair pair{options};
  Bytes const large(30'000);
  wire::Message const early{
      .connection_id = 0,
      .payload = wire::ChannelMessage{.id = 101, .body = wire::Item{.item = large}}};
  for (int links = 0; links < 3; ++links) {
    pair.run();
    pair.server.wire.push_back(wire::encode_message(early));
    pair.run();
    CHECK(pair.is_alive());
    CHECK(pair.server.endpoint->held_bytes() >= large.size());
    pair.lose_link();
    pair.resume();
    CHECK(pair.server.endpoint->held_bytes() < large.size());
  }
}

TEST_CASE("r[rpc.channel.allocation] an id of ours that the peer has named is not given again") {
  Streaming streaming{*methods().sum};
  auto& server = streaming.server;
  // The client names the first id of the server's parity.
  auto const bytes = args(schema::Rx<std::int32_t>{2});
  wire::Message const call{
      .connection_id = 0,
      .payload = wire::RequestMessage{
          .id = 101,
          .body = wire::Call{
              .method_id = methods().sum->id(), .metadata = {}, .args = bytes, .schemas = {}}}};
  server.wire.push_back(wire::encode_message(call));
  streaming.pair.run();
  REQUIRE(streaming.pair.next<event::CallArrived>(server));
  auto const made = server.endpoint->call(
      streaming.pair.now,
      command::MakeChannel{.connection_id = 0, .method = methods().sum, .type = 0});
  REQUIRE(made);
  CHECK(server.endpoint->channel_id(made->id) == 4);
}

// What a server hears and does on the virtual connection 1, of which its client knows nothing.
struct OtherConnection {
  EndpointPair& pair;
  Endpoint& server;

  explicit OtherConnection(EndpointPair& of) : pair{of}, server{*of.server.endpoint} {
    CHECK(server.call(pair.now, command::Accept{.connection_id = session::root_connection}));
  }
  template <class Payload>
  void hears(Payload payload) const {
    server.handle(pair.now, input::Received{Backing{wire::encode_message(
                                wire::Message{.connection_id = 1, .payload = payload})}});
  }
  void is_opened() const {
    wire::Metadata const service{{.key = session::key::service, .value = std::string_view{"Test"}}};
    hears(wire::ConnectionOpen{
        .connection_settings = {.parity = Parity::odd, .max_concurrent_requests = 64},
        .metadata = service});
    CHECK(server.call(pair.now, command::Accept{.connection_id = 1}));
  }
  void is_closed() const { hears(wire::ConnectionClose{}); }
  [[nodiscard]] std::expected<Accepted, Refusal> make() const {
    return server.call(
        pair.now, command::MakeChannel{.connection_id = 1, .method = methods().sum, .type = 0});
  }
};

TEST_CASE(
    "r[connection.open] what is left of a closed connection is nothing to the next one of "
    "its id") {
  PairOptions options{.asks = true};
  options.limits.channels_max = 2;
  EndpointPair pair{options};
  pair.run();
  OtherConnection const other{pair};
  other.is_opened();
  auto const old = other.make();
  REQUIRE(old);
  other.is_closed();
  other.is_opened();
  auto const made = other.make();
  REQUIRE(made);
  CHECK(other.server.channel_id(old->id) == other.server.channel_id(made->id));
  CHECK(other.server.find_channel(1, *other.server.channel_id(made->id)) == made->id);
  CHECK(other.server.channel_end(old->id) == ChannelEnd::lost);
  CHECK_FALSE(other.server.channel_end(made->id));
  CHECK(other.server.call(pair.now, command::CloseChannel{.channel = old->id}));
  CHECK(other.server.find_channel(1, *other.server.channel_id(made->id)) == made->id);
  // The old one counts no more, and its end takes nothing off the count.
  CHECK(other.make());
  CHECK_FALSE(other.make());
}

TEST_CASE("r[rpc.channel.close] a close for which there is no room goes out once there is") {
  Limits limits;
  limits.wanted_messages_max = 4;
  Streaming streaming{*methods().generate, {.limits = limits}};
  CHECK(streaming.send(streaming.server, streaming.handlers, 100) == 4);
  CHECK(streaming.server.endpoint->call(streaming.pair.now,
                                        command::CloseChannel{.channel = streaming.handlers}));
  // What else happens meanwhile makes no room for it.
  wire::Message const ping{.connection_id = 0, .payload = wire::Ping{.nonce = 1}};
  streaming.server.wire.push_back(wire::encode_message(ping));
  streaming.pair.run();
  CHECK(streaming.take(streaming.client, streaming.callers) == "0 1 2 3 closed");
}

TEST_CASE("10,000 items arrive in order") {
  Streaming streaming{*methods().generate};
  int sent = 0;
  int next = 0;
  bool in_order = true;
  while (next < 10'000) {
    sent += streaming.send(streaming.server, streaming.handlers, 10'000 - sent, sent);
    streaming.pair.run();
    for (;;) {
      auto const taken =
          streaming.client.endpoint->take_item(streaming.pair.now, streaming.callers);
      auto const* const got = std::get_if<ReceivedItem>(&taken);
      if (got == nullptr) break;
      in_order = in_order && *wire::decode_value<std::int32_t>(got->bytes) == next;
      ++next;
    }
    streaming.client.events.clear();
    streaming.server.events.clear();
  }
  CHECK(in_order);
}

}  // namespace
