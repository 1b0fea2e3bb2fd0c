// Typed calls with channels.
#include "impl/net/typed/typed_test.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace vox::net::test;
using asio::experimental::awaitable_operators::operator&&;

asio::awaitable<std::int64_t> sum(Rx<std::int32_t> numbers) {
  std::int64_t total = 0;
  while (auto const number = co_await numbers.next())
    total += *number;
  co_return total;
}

asio::awaitable<void> count(std::uint32_t last, Tx<std::int32_t> output) {
  for (std::uint32_t i = 0; i < last; ++i) {
    if (!co_await output.send(static_cast<std::int32_t>(i))) co_return;
  }
}

std::shared_ptr<Dispatcher<Calculator>> streams() {
  auto calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"sum">(sum).on<"count">(count);
  calculator->on<"sort">([](Source source, Sinks sinks) -> asio::awaitable<void> {
    auto* const numbers = std::get_if<Numbers>(&source);
    if (numbers == nullptr) co_return;
    while (auto const number = co_await numbers->input.next()) {
      auto& sink = *number % 2 == 0 ? sinks.even : sinks.odd;
      if (sink) CHECK(co_await sink->send(*number));
    }
  });
  calculator->on<"double_up">(
      [](Rx<std::string> input, Tx<std::string> output) -> asio::awaitable<void> {
        while (auto const item = co_await input.next())
          CHECK(co_await output.send(*item + *item));
      });
  return calculator;
}

asio::awaitable<std::vector<std::int32_t>> collect(Rx<std::int32_t> input) {
  std::vector<std::int32_t> items;
  while (true) {
    auto const item = co_await input.recv();
    REQUIRE(item);
    if (!*item) co_return items;
    items.push_back(**item);
  }
}

asio::awaitable<bool> send_numbers(std::int32_t last, Tx<std::int32_t> output) {
  for (std::int32_t i = 1; i <= last; ++i) {
    if (!co_await output.send(i)) co_return false;
  }
  co_return true;
}

TEST_SUITE_BEGIN("typed");

TEST_CASE("r[rpc.channel.pair.binding-propagation] the kept half works while the call runs") {
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto [output, input] = channel<std::int32_t>();
    auto const [total, sent] =
        co_await (client.call<"sum">(std::move(input)) && send_numbers(1000, std::move(output)));
    CHECK(total == 500500);
    CHECK(sent);
  };
  with_client(streams(), body);
}

TEST_CASE("r[rpc.channel.pair.rx-take] a kept Rx receives what the handler sends") {
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto [output, input] = channel<std::int32_t>();
    auto const [done, items] =
        co_await (client.call<"count">(100, std::move(output)) && collect(std::move(input)));
    CHECK(done);
    REQUIRE(items.size() == 100);
    CHECK(items.back() == 99);
  };
  with_client(streams(), body);
}

TEST_CASE("r[rpc.channel.lifecycle] a channel lives on after the response") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"count">([](std::uint32_t last, Tx<std::int32_t> output) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, count(last, std::move(output)), asio::detached);
  });
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto [output, input] = channel<std::int32_t>();
    CHECK(co_await client.call<"count">(50, std::move(output)));
    auto const items = co_await collect(std::move(input));
    CHECK(items.size() == 50);
  };
  with_client(calculator, body);
}

TEST_CASE("r[rpc.channel.discovery] channels work in structs, options and variants") {
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto [output, their_input] = channel<std::int32_t>();
    auto [their_output, input] = channel<std::int32_t>();
    Sinks sinks;
    sinks.even = std::move(their_output);
    Source source = Numbers{std::move(their_input)};
    auto const [done, sent, even] =
        co_await (client.call<"sort">(std::move(source), std::move(sinks)) &&
                  send_numbers(9, std::move(output)) && collect(std::move(input)));
    CHECK(done);
    CHECK(even == std::vector<std::int32_t>{2, 4, 6, 8});
    CHECK(co_await client.call<"sort">(Nothing{}, Sinks{}));
  };
  with_client(streams(), body);
}

TEST_CASE("r[rpc.channel.close] dropping or closing a half is the end of its items") {
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto dropped = channel<std::int32_t>().second;
    auto const of_dropped = co_await client.call<"sum">(std::move(dropped));
    CHECK(of_dropped == 0);
    auto [output, input] = channel<std::int32_t>();
    output.close();
    auto const of_closed = co_await client.call<"sum">(std::move(input));
    CHECK(of_closed == 0);
    // There never was another half.
    auto const of_none = co_await client.call<"sum">(Rx<std::int32_t>{});
    CHECK(of_none == 0);
    auto const counted = co_await client.call<"count">(1000, Tx<std::int32_t>{});
    CHECK(counted);
  };
  with_client(streams(), body);
}

TEST_CASE("r[rpc.channel.reset] a receiver that lets go stops the sender") {
  std::optional<ChannelError> seen;
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"count">(
      [&](std::uint32_t last, Tx<std::int32_t> output) -> asio::awaitable<void> {
        for (std::uint32_t i = 0; i < last; ++i) {
          auto const sent = co_await output.send(static_cast<std::int32_t>(i));
          if (sent) continue;
          seen = sent.error();
          break;
        }
      });
  auto const take_one = [](Rx<std::int32_t> input) -> asio::awaitable<bool> {
    auto const first = co_await input.next();
    co_return first == 0;
  };
  auto const body = [&](Client<Calculator> client) -> asio::awaitable<void> {
    auto [output, input] = channel<std::int32_t>();
    auto const [done, taken] =
        co_await (client.call<"count">(100000, std::move(output)) && take_one(std::move(input)));
    CHECK(done);
    CHECK(taken);
  };
  with_client(calculator, body);
  CHECK(seen == ChannelError::reset);
}

TEST_CASE("r[rpc.channel.item] an item that is no value of the channel's type ends the channel") {
  std::vector<std::optional<ChannelError>> seen;
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"double_up">(
      [&](Rx<std::string> input, Tx<std::string> /*output*/) -> asio::awaitable<void> {
        for (int i = 0; i < 2; ++i) {
          auto const item = co_await input.recv();
          seen.emplace_back(item ? std::optional<ChannelError>{} : item.error());
        }
      });
  // Below the typed layer, where the bytes of an item are anybody's.
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto const& method = method_of<Calculator, "double_up">();
    auto const& connection = client.connection();
    auto output = connection.make_channel(method, 0);
    auto const input = connection.make_channel(method, 1);
    REQUIRE(output);
    REQUIRE(input);
    OutgoingCall call{.method = &method,
                      .args = wire::encode_value(std::tuple{output->id(), input->id()})};
    Bytes cut_off{std::byte{5}, std::byte{'x'}};
    auto made = connection.call(std::move(call));
    auto sending = output->send(std::move(cut_off));
    auto const [outcome, sent] = co_await (std::move(made) && std::move(sending));
    CHECK(outcome);
    CHECK(sent);
  };
  with_client(calculator, body);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == ChannelError::invalid_item);
  CHECK(seen[1] == ChannelError::invalid_item);
}

TEST_CASE("a half whose call is never made, or fails here, does not wait for ever") {
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    SUBCASE("the other half is dropped") {
      auto output = channel<std::int32_t>().first;
      auto const sent = co_await output.send(1);
      CHECK(sent == std::unexpected(ChannelError::lost));
    }
    SUBCASE("the connection is closed") {
      CHECK(client.connection().close());
      auto [output, input] = channel<std::int32_t>();
      CHECK_FALSE(co_await client.call<"sum">(std::move(input)));
      auto const sent = co_await output.send(1);
      CHECK(sent == std::unexpected(ChannelError::lost));
    }
    SUBCASE("a half is empty") {
      Rx<std::int32_t> input;
      auto const received = co_await input.recv();
      CHECK_FALSE(received);
      CHECK_FALSE(co_await input.next());
    }
  };
  with_client(streams(), body);
}

TEST_CASE("a half is passed once, and a handler's end not at all") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  std::shared_ptr<Client<Calculator>> back;
  calculator->on<"sum">([&](Rx<std::int32_t> numbers) -> asio::awaitable<std::int64_t> {
    auto const passed_on = co_await back->call<"sum">(std::move(numbers));
    co_return passed_on ? 1 : -1;
  });
  auto const body = [&](Client<Calculator> client) -> asio::awaitable<void> {
    back = std::make_shared<Client<Calculator>>(client);
    auto [output, input] = channel<std::int32_t>();
    CHECK(co_await client.call<"sum">(std::move(input)) == -1);
    back.reset();
  };
  with_client(calculator, body);
}

TEST_SUITE_END();

}  // namespace
