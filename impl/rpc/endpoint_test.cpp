#include "impl/rpc/endpoint.hpp"

#include "impl/rpc/endpoint_pair.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

struct Open {
  EndpointPair pair;
  EndpointPair::Side& client = pair.client;
  EndpointPair::Side& server = pair.server;

  explicit Open(PairOptions options = {}) : pair{options} {
    pair.run();
    client.events.clear();
    server.events.clear();
  }
  CallId echo(std::string text) {
    return pair.call(client, *methods().echo, args(std::move(text)));
  }
  // The next request that came to the server.
  event::CallArrived arrived() {
    pair.run();
    auto call = pair.next<event::CallArrived>(server);
    REQUIRE(call);
    return std::move(*call);
  }
  // So many calls, which the server works on.
  std::vector<event::CallArrived> arrived(int count) {
    for (int i = 0; i < count; ++i)
      echo("hello");
    std::vector<event::CallArrived> calls;
    for (int i = 0; i < count; ++i)
      calls.push_back(arrived());
    return calls;
  }
  void answer(event::CallArrived const& call) {
    // The arguments are a tuple of one string, and so is the value of an echo.
    Bytes ret{std::byte{0}};
    ret.insert(ret.end(), call.args.begin(), call.args.end());
    pair.respond(server, call.request, std::move(ret));
    pair.run();
  }
};

TEST_CASE("r[rpc.handler] a call reaches its handler and the answer its caller") {
  Open open;
  open.echo("hello");
  auto const call = open.arrived();
  CHECK(call.method == methods().echo);
  open.answer(call);
  CHECK(open.pair.outcome(open.client) == "ok hello");
  CHECK(open.client.endpoint->calls_in_flight() == 0);
  CHECK(open.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE("r[rpc.pipelining] two calls are answered in either order") {
  Open open;
  open.echo("one");
  open.echo("two");
  auto const one = open.arrived();
  auto const two = open.arrived();
  open.answer(two);
  CHECK(open.pair.outcome(open.client) == "ok two");
  open.answer(one);
  CHECK(open.pair.outcome(open.client) == "ok one");
}

TEST_CASE("r[rpc.unknown-method] a method that is not served is answered as unknown") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Open open{{.rulebook = rulebook}};
    open.pair.call(open.client, *methods().missing, args(std::string{"x"}));
    open.pair.run();
    CHECK(open.pair.outcome(open.client) == "unknown method");
    open.echo("still there");
    open.answer(open.arrived());
    CHECK(open.pair.outcome(open.client) == "ok still there");
  }
}

TEST_CASE("r[rpc.fallible.vox-error] arguments that are none are answered as an invalid payload") {
  Open open;
  open.pair.call(open.client, *methods().echo, Bytes{std::byte{9}});
  auto const call = open.arrived();
  CHECK(open.server.endpoint->call(
      open.pair.now, command::RefuseArguments{.request = call.request, .reason = "no text"}));
  open.pair.run();
  CHECK(open.pair.outcome(open.client) == "invalid payload: no text");
}

TEST_CASE(
    "r[rpc.flow-control.max-concurrent-requests.outbound] calls beyond the peer's limit wait "
    "their turn") {
  Open open{{.max_concurrent_requests = 2}};
  for (auto const* text : {"one", "two", "three"})
    open.echo(text);
  auto const one = open.arrived();
  auto const two = open.arrived();
  open.pair.run();
  CHECK_FALSE(open.pair.next<event::CallArrived>(open.server));
  open.answer(one);
  CHECK(open.pair.outcome(open.client) == "ok one");
  open.answer(open.arrived());
  CHECK(open.pair.outcome(open.client) == "ok three");
  open.answer(two);
}

TEST_CASE(
    "r[rpc.flow-control.max-concurrent-requests.outbound] the waiting calls of one connection "
    "have a bound") {
  Limits limits;
  limits.calls_waiting_max = 3;
  Open open{{.max_concurrent_requests = 1, .limits = limits}};
  for (int i = 0; i < 4; ++i)
    open.echo("x");
  auto const refused =
      open.client.endpoint->call(open.pair.now, command::Call{.connection_id = 0,
                                                              .method = methods().echo,
                                                              .metadata = {},
                                                              .args = args(std::string{"x"})});
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == Refusal{Misuse::calls_exhausted});
}

TEST_CASE("r[rpc.cancel] a cancelled call is answered once, as cancelled, and its handler told") {
  Open open;
  auto const id = open.echo("hello");
  auto const call = open.arrived();
  CHECK(open.client.endpoint->call(open.pair.now, command::Cancel{.call = id, .metadata = {}}));
  open.pair.run();
  auto const stopped = open.pair.next<event::HandlerStopped>(open.server);
  REQUIRE(stopped);
  CHECK(stopped->request == call.request);
  CHECK(open.pair.outcome(open.client) == "cancelled");
  open.answer(call);  // what the handler gives afterwards is nobody's
  CHECK(open.pair.outcome(open.client) == "none");
  CHECK(open.server.endpoint->requests_in_flight() == 0);
}

TEST_CASE("r[rpc.fallible.vox-error] a handler that ends without an answer is answered for") {
  Open open;
  open.echo("hello");
  auto const call = open.arrived();
  CHECK(open.server.endpoint->call(open.pair.now, command::Drop{.request = call.request}));
  open.pair.run();
  CHECK(open.pair.outcome(open.client) == "cancelled");
}

TEST_CASE("r[connection.close.semantics] calls in flight end with their session") {
  Open open;
  open.echo("hello");
  auto const call = open.arrived();
  CHECK(open.client.endpoint->call(open.pair.now, session::command::Shutdown{}));
  open.pair.run();
  CHECK(open.pair.outcome(open.client) == "session_shutdown");
}

TEST_CASE("an answer that is larger than a payload may be is answered as an error") {
  Limits limits;
  limits.frame_bytes_max = 1000;
  Open open{{.limits = limits}};
  open.echo("hello");
  auto const call = open.arrived();
  open.pair.respond(open.server, call.request, ok(std::string(2000, 'x')));
  open.pair.run();
  CHECK(open.pair.outcome(open.client).starts_with("invalid payload: the answer"));
}

TEST_CASE(
    "answers that a peer does not read are held up to the session's limit and then given up") {
  Limits limits;
  limits.session_bytes_max = 100'000;
  Open open{{.limits = limits}};
  auto const calls = open.arrived(60);
  std::size_t most = 0;
  for (auto const& call : calls) {
    auto const done = open.server.endpoint->call(
        open.pair.now,
        command::Respond{
            .request = call.request, .ret = ok(std::string(10'000, 'x')), .metadata = {}});
    REQUIRE(done);
    most = std::max(most, open.server.endpoint->held_bytes());
  }
  CHECK(most < 130'000);
  open.pair.run();
  int whole = 0;
  int given_up = 0;
  for (int i = 0; i < 60; ++i) {
    auto const outcome = open.pair.outcome(open.client);
    whole += outcome.starts_with("ok") ? 1 : 0;
    given_up += outcome == "indeterminate answer" ? 1 : 0;
  }
  CHECK(whole >= 5);
  CHECK(whole + given_up == 60);
}

// The note that came with the next answer.
std::string note_of_answer(Open& open) {
  auto const done = open.pair.next<event::CallDone>(open.client);
  REQUIRE(done);
  REQUIRE(done->outcome);
  return std::string{done->outcome->metadata.text("note").value_or("none")};
}

void respond_with_note(Open& open, event::CallArrived const& call, std::string_view note) {
  wire::Metadata const metadata{{.key = "note", .value = note}};
  REQUIRE(open.server.endpoint->call(open.pair.now, command::Respond{.request = call.request,
                                                                     .ret = ok(std::string{"y"}),
                                                                     .metadata = metadata}));
}

TEST_CASE("r[rpc.metadata] an answer has its metadata, with an operation and without") {
  for (bool const retries : {true, false}) {
    CAPTURE(retries);
    Open open{{.supports_retry = retries}};
    open.echo("hello");
    respond_with_note(open, open.arrived(), "here");
    open.pair.run();
    CHECK(note_of_answer(open) == "here");
  }
}

TEST_CASE("an answer that waits for room keeps its metadata") {
  Limits limits;
  limits.session_bytes_max = 100'000;
  Open open{{.limits = limits}};
  auto const calls = open.arrived(3);
  for (auto const& call : calls)
    respond_with_note(open, call, std::string(40'000, 'm'));
  CHECK(open.server.endpoint->held_bytes() < 130'000);
  open.pair.run();
  for (int i = 0; i < 2; ++i)
    CHECK(note_of_answer(open).size() == 40'000);
}

TEST_CASE("metadata that no payload has room for costs the answer, and not the session") {
  Limits limits;
  limits.frame_bytes_max = 1000;
  Open open{{.limits = limits}};
  open.echo("hello");
  respond_with_note(open, open.arrived(), std::string(2000, 'm'));
  open.pair.run();
  CHECK(open.pair.outcome(open.client).starts_with("invalid payload: the answer"));
  CHECK(open.pair.is_alive());
}

TEST_CASE("an answer that nobody has taken counts with its metadata") {
  Open open;
  open.echo("hello");
  auto const call = open.arrived();
  std::string const large(50'000, 'm');
  respond_with_note(open, call, large);
  while (open.pair.step(open.client)) {
    if (open.client.endpoint->has_event()) break;
  }
  CHECK(open.client.endpoint->held_bytes() >= large.size());
  open.pair.run();
  CHECK(open.pair.outcome(open.client) == "ok y");
  CHECK(open.client.endpoint->held_bytes() < large.size());
}

TEST_CASE("the arguments of calls that wait have a bound in bytes") {
  PairOptions options{.max_concurrent_requests = 1};
  options.limits.session_bytes_max = 100'000;
  EndpointPair pair{options};
  pair.run();
  auto const call = [&] {
    return pair.client.endpoint->call(pair.now,
                                      command::Call{.connection_id = 0,
                                                    .method = methods().echo,
                                                    .metadata = {},
                                                    .args = args(std::string(60'000, 'x'))});
  };
  CHECK(call());
  CHECK(call());
  auto const refused = call();
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().misuse());
  CHECK(*refused.error().misuse() == Misuse::calls_exhausted);
  for (int answered = 0; answered < 2; ++answered) {
    pair.run();
    auto const arrived = pair.next<event::CallArrived>(pair.server);
    REQUIRE(arrived);
    pair.respond(pair.server, arrived->request, ok(std::string{"y"}));
  }
  pair.run();
  CHECK(call());
}

}  // namespace
