// The subject's service and its client against each other, over memory links.
#include "conformance/subjects/cpp/probe_scenarios.hpp"
#include "conformance/subjects/cpp/probe_service.hpp"
#include "conformance/subjects/cpp/scenario.hpp"
#include "conformance/subjects/cpp/testbed_service.hpp"
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"
#include "impl/net/typed/dispatcher.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace voxspec::subject;

// Plays the scenario under the rulebook; the error, or nothing.
std::string played(std::string_view scenario, Rulebook rulebook, ConduitMode mode) {
  std::string error;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::InitiatorBuilder initiator;
    net::AcceptorBuilder acceptor;
    auto const service = make_testbed_service();
    initiator.rulebook(rulebook).service("Testbed").on_connection(service);
    acceptor.rulebook(rulebook).service("Testbed").on_connection(service);
    auto const pair = co_await net::test::establish_pair(initiator, acceptor, mode);
    REQUIRE(pair.initiator);
    TestbedClient client{pair.initiator->root};
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
                                      "pipelining",
                                      "sum_client_to_server",
                                      "sum_large",
                                      "generate_large",
                                      "transform_bidi",
                                      "channel_retry_non_idem",
                                      "channel_retry_idem"};

// Testbed as somebody might declare it by mistake.
struct Mistaken {
  static constexpr std::string_view service_name = "Testbed";
  using methods = net::Methods<net::Method<"echo_u64", std::uint64_t(std::string)>>;
};

TEST_SUITE_BEGIN("subject");

TEST_CASE("every scenario that needs no broken link goes well against our own service") {
  CHECK(std::ranges::equal(scenario_names(), names));
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    for (auto const mode : {ConduitMode::bare, ConduitMode::stable}) {
      for (auto const name : names) {
        if (wants_broken_link(name)) continue;
        REQUIRE(has_scenario(name));
        CHECK(played(name, rulebook, mode) == "");
      }
    }
  }
}

// Plays a scenario that opens a connection for Probe; the error, or nothing.
std::string played_with_probe(std::string_view scenario, ConduitMode mode) {
  std::string error;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::InitiatorBuilder initiator;
    net::AcceptorBuilder acceptor;
    auto const testbed = make_testbed_service();
    auto const probe = make_probe_service(context.get_executor());
    initiator.service("Testbed");
    acceptor.service("Testbed").on_connection(net::Acceptor::Function{
        [=](session::ConnectionRequest const& request, net::PendingConnection pending) {
          std::move(pending).handle_with(request.is_root() ? testbed : probe);
        }});
    auto const pair = co_await net::test::establish_pair(initiator, acceptor, mode);
    REQUIRE(pair.initiator);
    TestbedClient client{pair.initiator->root};
    auto const outcome =
        co_await play_with_probe(std::string{scenario}, pair.initiator->session, std::move(client));
    if (!outcome) error = outcome.error();
  });
  return error;
}

TEST_CASE("every scenario that opens a connection for Probe goes well against our own service") {
  CHECK(probe_scenario_names().size() == 2);
  for (auto const name : probe_scenario_names()) {
    CAPTURE(name);
    CHECK(has_probe_scenario(name));
    CHECK(played_with_probe(name, ConduitMode::bare) == "");
    CHECK(played_with_probe(name, ConduitMode::stable) == "");
  }
}

// Plays a scenario whose link breaks once, among the items of its stream.
std::string played_with_break(std::string_view scenario, Rulebook rulebook) {
  std::string error;
  asio::io_context context;
  std::shared_ptr<net::test::AcceptorSource> source;
  bool is_broken = false;
  auto const generate = [&](std::uint32_t count,
                            net::Tx<std::int32_t> output) -> asio::awaitable<void> {
    for (std::uint32_t number = 0; number < count; ++number) {
      // Behind the first credit, so that some items have been received.
      if (number == 20 && !std::exchange(is_broken, true)) {
        source->cut();
        // Until the loss is noticed: what returns before has an outcome on record, by which a
        // repeat is answered.
        while (co_await output.send(static_cast<std::int32_t>(number))) {
        }
        co_return;
      }
      if (!co_await output.send(static_cast<std::int32_t>(number))) co_return;
    }
  };
  auto const service = std::make_shared<net::Dispatcher<Testbed>>();
  service->on<"generate_retry_idem">(generate).on<"generate_retry_non_idem">(generate);
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::AcceptorBuilder acceptor;
    acceptor.rulebook(rulebook).service("Testbed").on_connection(service).registry(
        std::make_shared<net::SessionRegistry>(rulebook));
    source = std::make_shared<net::test::AcceptorSource>(acceptor);
    net::InitiatorBuilder initiator;
    initiator.rulebook(rulebook).service("Testbed");
    auto const session = co_await initiator.establish_from(source);
    REQUIRE(session);
    TestbedClient client{session->root};
    auto const outcome = co_await play(std::string{scenario}, std::move(client));
    if (!outcome) error = outcome.error();
  });
  CHECK(is_broken);
  return error;
}

TEST_CASE("r[retry.channel.volatile.rebinding] a stream whose link breaks runs again, or is lost") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    CAPTURE(rulebook);
    CHECK(played_with_break("channel_retry_idem", rulebook) == "");
    CHECK(played_with_break("channel_retry_non_idem", rulebook) == "");
  }
}

TEST_CASE("r[schema.errors.early-detection] arguments of another type are refused by the plan") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    net::InitiatorBuilder initiator;
    net::AcceptorBuilder acceptor;
    initiator.service("Testbed");
    acceptor.service("Testbed").on_connection(make_testbed_service());
    auto const pair = co_await net::test::establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    net::Client<Mistaken> const client{pair.initiator->root};
    auto const outcome = co_await client.call<"echo_u64">("x");
    REQUIRE_FALSE(outcome);
    CHECK(net::result_of(outcome.error()) == net::CallResult::invalid_payload);
  });
}

TEST_SUITE_END();

}  // namespace
