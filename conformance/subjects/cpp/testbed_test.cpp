// The subject's service and its client against each other, over memory links.
#include "conformance/subjects/cpp/scenario.hpp"
#include "conformance/subjects/cpp/testbed_client.hpp"
#include "conformance/subjects/cpp/testbed_service.hpp"
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace voxspec::subject;

// Plays the scenario under the rulebook; the error, or nothing.
std::string played(std::string_view scenario, Rulebook rulebook) {
  std::string error;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::InitiatorBuilder initiator;
    net::AcceptorBuilder acceptor;
    auto const service = make_testbed_service(rulebook);
    initiator.rulebook(rulebook).service("Testbed").on_connection(service);
    acceptor.rulebook(rulebook).service("Testbed").on_connection(service);
    auto const pair = co_await net::test::establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    TestbedClient client{pair.initiator->root, rulebook};
    auto const outcome = co_await play(std::string{scenario}, std::move(client));
    if (!outcome) error = outcome.error();
  });
  return error;
}

constexpr std::string_view names[] = {"echo",
                                      "reverse",
                                      "divide_success",
                                      "divide_zero",
                                      "divide_overflow",
                                      "lookup_found",
                                      "lookup_found_no_email",
                                      "lookup_not_found",
                                      "lookup_access_denied",
                                      "echo_point",
                                      "create_person",
                                      "rectangle_area",
                                      "parse_color",
                                      "get_points",
                                      "swap_pair",
                                      "echo_bytes",
                                      "echo_bool",
                                      "echo_u64",
                                      "echo_option_string",
                                      "describe_point",
                                      "all_colors",
                                      "echo_shape",
                                      "shape_area",
                                      "create_canvas",
                                      "process_message",
                                      "pipelining"};

TEST_SUITE_BEGIN("subject");

TEST_CASE("every scenario without channels goes well against our own service") {
  CHECK(std::ranges::equal(scenario_names(), names));
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    for (auto const name : names) {
      REQUIRE(has_scenario(name));
      CHECK(played(name, rulebook) == "");
    }
  }
}

TEST_CASE("r[rpc.fallible.vox-error] a method that is not served is unknown") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::InitiatorBuilder initiator;
    net::AcceptorBuilder acceptor;
    initiator.service("Testbed");
    acceptor.service("Testbed").on_connection(make_testbed_service(Rulebook::spec));
    auto const pair = co_await net::test::establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    CHECK(co_await net::test::echo(pair.initiator->root, "x") == "UnknownMethod");
  });
}

TEST_CASE("r[schema.errors.early-detection] arguments of another type are refused by the plan") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::InitiatorBuilder initiator;
    net::AcceptorBuilder acceptor;
    initiator.service("Testbed");
    acceptor.service("Testbed").on_connection(make_testbed_service(Rulebook::spec));
    auto const pair = co_await net::test::establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    auto call = net::test::echo_call("x");
    call.method_id = wire::method_id("Testbed", "echo_u64");
    auto const outcome = co_await pair.initiator->root.call(std::move(call));
    CHECK(net::test::spell(outcome) == "InvalidPayload");
  });
}

TEST_SUITE_END();

}  // namespace
