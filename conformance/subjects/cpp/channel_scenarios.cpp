#include "conformance/subjects/cpp/channel_scenarios.hpp"

#include "conformance/subjects/cpp/item_streams.hpp"
#include "conformance/subjects/cpp/scenario_checks.hpp"
#include "impl/link/deadline.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ranges>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace voxspec::subject {

namespace {

namespace asio = boost::asio;
namespace net = vox::net;
namespace link = vox::link;
using asio::experimental::awaitable_operators::operator&&;

// Enough items that the link can be broken among them, whatever the credit.
constexpr std::uint32_t retried_count = 40;
// Long enough for the loss to be noticed and for another link to be dialled.
constexpr std::chrono::seconds retry_patience{5};

std::vector<std::int32_t> counted(std::size_t count) {
  std::vector<std::int32_t> numbers(count);
  // NOLINTNEXTLINE(modernize-use-ranges): libstdc++ 12 has no ranges::iota.
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

asio::awaitable<Played> sum_client_to_server(TestbedClient client) {
  std::vector<std::int32_t> const numbers{1, 2, 3, 4, 5};
  auto [output, input] = net::channel<std::int32_t>();
  auto const [total, sent] =
      co_await (client.call<"sum">(std::move(input)) && send_all(numbers, std::move(output)));
  co_return both(sent, expect_value(total, std::int64_t{15}));
}

asio::awaitable<Played> sum_large(TestbedClient client) {
  auto [output, input] = net::channel<std::int32_t>();
  auto const [total, sent] = co_await (client.call<"sum_large">(std::move(input)) &&
                                       send_all(counted(100), std::move(output)));
  co_return both(sent, expect_value(total, std::int64_t{4950}));
}

asio::awaitable<Played> generate_large(TestbedClient client) {
  auto [output, input] = net::channel<std::int32_t>();
  auto const [done, items] = co_await (client.call<"generate_large">(100, std::move(output)) &&
                                       receive_all(std::move(input)));
  co_return both(expect_value(done, std::monostate{}), expect_items(items, counted(100)));
}

asio::awaitable<Played> transform_bidi(TestbedClient client) {
  std::vector<std::string> const items{"alpha", "beta", "gamma"};
  auto [output, their_input] = net::channel<std::string>();
  auto [their_output, input] = net::channel<std::string>();
  auto const [done, sent, received] =
      co_await (client.call<"transform">(std::move(their_input), std::move(their_output)) &&
                send_all(items, std::move(output)) && receive_all(std::move(input)));
  co_return both(both(sent, expect_value(done, std::monostate{})), expect_items(received, items));
}

asio::awaitable<Played> channel_retry_non_idem(TestbedClient client) {
  auto [output, input] = net::channel<std::int32_t>();
  auto const ended = co_await link::within(
      retry_patience, client.call<"generate_retry_non_idem">(retried_count, std::move(output)) &&
                          receive_all(std::move(input)));
  if (!ended) co_return std::unexpected("the call or its channel did not end in time");
  auto const& [outcome, received] = *ended;
  if (outcome || net::result_of(outcome.error()) != net::CallResult::indeterminate) {
    co_return std::unexpected("expected Indeterminate, got " + kind_of(outcome));
  }
  if (received.items == counted(received.items.size())) co_return Played{};
  co_return std::unexpected("the items before the break are not in order");
}

asio::awaitable<Played> channel_retry_idem(TestbedClient client) {
  auto [output, input] = net::channel<std::int32_t>();
  auto const ended = co_await link::within(
      retry_patience, client.call<"generate_retry_idem">(retried_count, std::move(output)) &&
                          receive_all(std::move(input)));
  if (!ended) co_return std::unexpected("the call or its channel did not end in time");
  auto const& [outcome, received] = *ended;
  if (auto played = expect_value(outcome, std::monostate{}); !played) co_return played;
  auto const& items = received.items;
  auto const again = std::ranges::find(items.begin() + (items.empty() ? 0 : 1), items.end(), 0);
  if (again == items.end()) co_return std::unexpected("expected a second run");
  auto const prefix = std::vector(items.begin(), again);
  auto const rerun = std::vector(again, items.end());
  if (prefix != counted(prefix.size())) {
    co_return std::unexpected("the items before the break are not in order");
  }
  if (rerun != counted(retried_count)) {
    co_return std::unexpected("the second run is not whole");
  }
  co_return Played{};
}

}  // namespace voxspec::subject
