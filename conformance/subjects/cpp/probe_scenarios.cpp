#include "conformance/subjects/cpp/probe_scenarios.hpp"

#include "conformance/subjects/cpp/item_streams.hpp"
#include "conformance/subjects/cpp/probe.hpp"
#include "conformance/subjects/cpp/scenario_checks.hpp"
#include "conformance/subjects/cpp/scenario_table.hpp"
#include "spec/parity.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

namespace voxspec::subject {

namespace {

namespace asio = boost::asio;
namespace net = vox::net;
namespace wire = vox::wire;
using asio::experimental::awaitable_operators::operator&&;

std::vector<std::int32_t> counted(std::int32_t first, std::int32_t last) {
  std::vector<std::int32_t> numbers;
  for (; first <= last; ++first)
    numbers.push_back(first);
  return numbers;
}

asio::awaitable<std::expected<ProbeClient, std::string>> open(net::SessionHandle session) {
  vox::ConnectionSettings const settings{.parity = vox::Parity::odd, .max_concurrent_requests = 64};
  std::string const service{Probe::service_name};
  auto opened = co_await session.open(settings, service, wire::Metadata{}, nullptr);
  if (!opened) co_return std::unexpected("opening a connection failed: " + opened.error().text());
  co_return ProbeClient{std::move(*opened)};
}

asio::awaitable<Played> second_service(net::SessionHandle session, TestbedClient root) {
  auto const first = co_await root.call<"echo">("first");
  if (auto played = expect_value(first, std::string{"first"}); !played) co_return played;
  auto const client = co_await open(std::move(session));
  if (!client) co_return std::unexpected(client.error());
  auto const second = co_await client->call<"run">("second");
  if (!second) co_return std::unexpected("expected a number, got " + kind_of(second));
  co_return Played{};
}

asio::awaitable<Played> tally(ProbeClient client) {
  auto const numbers = counted(1, 3);
  auto [output, their_input] = net::channel<std::int32_t>();
  auto [their_output, input] = net::channel<std::int32_t>();
  Tally two{.label = "both", .numbers = std::move(their_input), .copies = std::move(their_output)};
  auto const [sum, sent, copies] =
      co_await (client.call<"tally">(std::move(two)) && send_all(numbers, std::move(output)) &&
                receive_all(std::move(input)));
  auto played = both(both(sent, expect_value(sum, std::int64_t{6})), expect_items(copies, numbers));
  if (!played) co_return played;
  auto [last_output, last_input] = net::channel<std::int32_t>();
  Tally one{.label = "one", .numbers = std::move(last_input), .copies = std::nullopt};
  auto const [alone, given] = co_await (client.call<"tally">(std::move(one)) &&
                                        send_all(counted(4, 4), std::move(last_output)));
  co_return both(given, expect_value(alone, std::int64_t{4}));
}

asio::awaitable<Played> follow(ProbeClient client) {
  auto const nothing = co_await client.call<"follow">(Source{probe::Nothing{}});
  if (auto played = expect_value(nothing, std::int64_t{0}); !played) co_return played;
  auto [output, their_input] = net::channel<std::int32_t>();
  Source plain{probe::Numbers<net::Rx>{.numbers = std::move(their_input)}};
  auto const [sum, sent] = co_await (client.call<"follow">(std::move(plain)) &&
                                     send_all(counted(5, 6), std::move(output)));
  if (auto played = both(sent, expect_value(sum, std::int64_t{11})); !played) co_return played;
  auto [numbers, their_numbers] = net::channel<std::int32_t>();
  auto [their_copies, copies] = net::channel<std::int32_t>();
  Source copied{probe::Copied<net::Tx, net::Rx>{.copies = std::move(their_copies),
                                                .numbers = std::move(their_numbers)}};
  auto const [total, given, got] =
      co_await (client.call<"follow">(std::move(copied)) &&
                send_all(counted(7, 7), std::move(numbers)) && receive_all(std::move(copies)));
  co_return both(both(given, expect_value(total, std::int64_t{7})),
                 expect_items(got, counted(7, 7)));
}

asio::awaitable<Played> nested_channels(net::SessionHandle session, TestbedClient) {
  auto const client = co_await open(std::move(session));
  if (!client) co_return std::unexpected(client.error());
  auto played = co_await tally(*client);
  if (!played) co_return played;
  co_return co_await follow(*client);
}

using Scenario = NamedScenario<net::SessionHandle, TestbedClient>;
constexpr std::array scenarios{Scenario{"second_service", second_service},
                               Scenario{"nested_channels", nested_channels}};

}  // namespace

std::vector<std::string_view> probe_scenario_names() {
  return names_in(scenarios);
}

bool has_probe_scenario(std::string_view name) {
  return has_name(scenarios, name);
}

asio::awaitable<Played> play_with_probe(std::string name, net::SessionHandle session,
                                        TestbedClient root) {
  // A handle of the root outlives the scenario's own: what it opened is closed before the session.
  auto const kept = root;
  co_return co_await play_from(scenarios, std::move(name), std::move(session), std::move(root));
}

}  // namespace voxspec::subject
