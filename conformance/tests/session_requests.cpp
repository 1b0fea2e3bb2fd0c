// What the written specification asks of requests and responses, and 0.4.0 does not look at.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;
using enum wire::BindingDirection;

TEST_SUITE_BEGIN("rpc");

TEST_CASE(
    "r[rpc.request.id-allocation] by the specification request ids are of the caller's parity") {
  auto script = announced();
  CHECK(last_event(script.hears(0, call(1))) == "ended violation rpc.request.id-allocation");
  // On a virtual connection it is the parity that its opener chose for itself.
  SessionScript other{in_spec()};
  auto const id = other.opened_by_peer(Parity::odd);
  other.hears(id, schemas(args, u32_schema()));
  CHECK(other.hears(id, call(1)).size() == 1);
  CHECK(last_event(other.hears(id, call(2))) == "ended violation rpc.request.id-allocation");
}

TEST_CASE("r[rpc.request.id-allocation] by the specification an id in flight is not used again") {
  auto script = announced();
  CHECK(script.hears(0, call(2)).size() == 1);
  script.does(our_response(2));
  CHECK(script.hears(0, call(2)).size() == 1);
  CHECK(last_event(script.hears(0, call(2))) == "ended violation rpc.request.id-allocation");
}

TEST_CASE("r[rpc.request.id-allocation] 0.4.0 looks at neither") {
  auto script = announced(in_0_4());
  CHECK(script.hears(0, call(1)).size() == 1);
  CHECK(script.hears(0, call(1)).size() == 1);
}

TEST_CASE(
    "r[rpc.response.one-per-request] by the specification a second response ends the session") {
  SessionScript script{in_spec()};
  script.hears(0, schemas(response, u32_schema()));
  script.does(our_call(1));
  CHECK(script.hears(0, reply(1)).size() == 1);
  CHECK(last_event(script.hears(0, reply(1))) == "ended violation rpc.response.one-per-request");
}

TEST_CASE("r[rpc.cancel] a response to a request that we cancelled is taken") {
  SessionScript script{in_spec()};
  script.hears(0, schemas(response, u32_schema()));
  script.does(our_call(1));
  script.does(command::SendCancel{.connection_id = 0, .request_id = 1, .metadata = {}});
  CHECK(script.hears(0, reply(1)).size() == 1);
}

TEST_CASE(
    "r[rpc.flow-control.max-concurrent-requests.inbound] by the specification more calls than we "
    "take end the session") {
  SessionScript script{in_spec()};
  auto const id = script.opened_by_peer(Parity::odd, 2);
  script.hears(id, schemas(args, u32_schema()));
  CHECK(script.hears(id, call(1)).size() == 1);
  CHECK(script.hears(id, call(3)).size() == 1);
  script.does(our_response(1, id));
  CHECK(script.hears(id, call(5)).size() == 1);
  CHECK(last_event(script.hears(id, call(7))) ==
        "ended violation rpc.flow-control.max-concurrent-requests.inbound");
}

TEST_CASE("r[rpc.flow-control.max-concurrent-requests.inbound] 0.4.0 takes them, up to our bound") {
  auto options = in_0_4();
  options.limits.requests_max = 3;
  SessionScript script{options};
  auto const id = script.opened_by_peer(Parity::odd, 1);
  for (RequestId const request : {1U, 3U, 5U})
    CHECK(script.hears(id, call(request)).size() == 1);
  CHECK(script.hears(id, call(7)).back() == "closed 2 by bad_message {}");
}

TEST_CASE(
    "r[rpc.flow-control.max-concurrent-requests.outbound] by the specification we do not exceed "
    "what the peer takes") {
  auto outcome = as_initiator();
  outcome.peer_settings.max_concurrent_requests = 1;
  SessionScript script{in_spec(), outcome};
  script.hears(0, schemas(response, u32_schema()));
  script.does(our_call(1));
  CHECK(script.does(our_call(3)) ==
        Lines{"refused: the peer takes no more concurrent requests on this connection"});
  script.hears(0, reply(1));
  CHECK(script.does(our_call(3)) == Lines{"send call 0#3 m7 {} 61"});
}

TEST_CASE("r[rpc.request.id-allocation] by the specification our own calls obey as well") {
  SessionScript script{in_spec()};
  CHECK(script.does(our_call(2)) ==
        Lines{"refused: the request id is not of the parity of this side of the connection"});
  CHECK(script.does(our_call(1)).size() == 2);
  CHECK(script.does(our_call(1)) == Lines{"refused: a request with this id is still in flight"});
}

TEST_CASE("r[rpc.response.one-per-request] by the specification we answer each request once") {
  auto script = announced();
  CHECK(script.does(our_response(2)) == Lines{"refused: no such request is in flight"});
  script.hears(0, call(2));
  CHECK(script.does(our_response(2)).size() == 2);
  CHECK(script.does(our_response(2)) == Lines{"refused: no such request is in flight"});
}

TEST_CASE("r[rpc.cancel] by the specification only a request in flight can be cancelled") {
  SessionScript script{in_spec()};
  CHECK(script.does(command::SendCancel{.connection_id = 0, .request_id = 1, .metadata = {}}) ==
        Lines{"refused: no such request is in flight"});
  script.does(our_call(1));
  CHECK(script.does(command::SendCancel{.connection_id = 0, .request_id = 1, .metadata = {}}) ==
        Lines{"send cancel 0#1 {}"});
}

TEST_CASE(
    "r[schema.exchange.required] by the specification data without schemas ends the session") {
  SessionScript script{in_spec()};
  CHECK(last_event(script.hears(0, call(2))) == "ended violation schema.exchange.required");
  SessionScript answered{in_spec()};
  answered.hears(0, schemas(args, u32_schema()));  // of the other direction
  answered.does(our_call(1));
  CHECK(last_event(answered.hears(0, reply(1))) == "ended violation schema.exchange.required");
}

TEST_SUITE_END();
