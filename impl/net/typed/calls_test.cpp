// Typed calls without channels.
#include "impl/net/typed/typed_test.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace vox::net::test;

template <class Error>
bool is_error(auto const& outcome) {
  return !outcome && std::holds_alternative<Error>(outcome.error());
}

std::expected<std::int64_t, MathError> divide(std::int64_t a, std::int64_t b) {
  if (b == 0) return std::unexpected(MathError::division_by_zero);
  return a / b;
}

TEST_SUITE_BEGIN("typed");

TEST_CASE("r[rpc.fallible] a typed call gives the value or the method's own error") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    auto const calculator = std::make_shared<Dispatcher<Calculator>>();
    calculator->on<"add">([](std::int64_t a, std::int64_t b) { return a + b; });
    calculator->on<"divide">(divide);
    auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
      CHECK(co_await client.call<"add">(40, 2) == 42);
      CHECK(co_await client.call<"divide">(10, 3) == 3);
      auto const failed = co_await client.call<"divide">(10, 0);
      REQUIRE(is_error<schema::User<MathError>>(failed));
      CHECK(std::get<0>(failed.error()).error == MathError::division_by_zero);
      CHECK_FALSE(is_retryable(failed.error()));
    };
    with_client(calculator, body, rulebook);
  }
}

TEST_CASE("a function may be a coroutine, and take the context of the call") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"divide">(
      [](std::int64_t a,
         std::int64_t b) -> asio::awaitable<std::expected<std::int64_t, MathError>> {
        co_return divide(a, b);
      });
  calculator->on<"add">([](CallContext const& call, std::int64_t a, std::int64_t b) {
    auto const bias = call.metadata.number("bias");
    return a + b + static_cast<std::int64_t>(bias.value_or(0));
  });
  std::vector<std::string> notes;
  calculator->on<"note">([&notes](std::string note) -> std::expected<void, MathError> {
    notes.push_back(std::move(note));
    return {};
  });
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    CHECK(co_await client.call<"divide">(9, 3) == 3);
    CHECK(is_error<schema::User<MathError>>(co_await client.call<"divide">(9, 0)));
    wire::Metadata metadata{{.key = "bias", .value = std::uint64_t{7}}};
    CHECK(co_await client.call_with<"add">(metadata, 1, 2) == 10);
    CHECK(co_await client.call<"note">("x"));
  };
  with_client(calculator, body);
  CHECK(notes == std::vector<std::string>{"x"});
}

TEST_CASE("r[rpc.unknown-method] a method without a function is unknown") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"add">([](std::int64_t a, std::int64_t b) { return a + b; });
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    CHECK(is_error<schema::UnknownMethod>(co_await client.call<"divide">(1, 1)));
    CHECK(is_error<schema::UnknownMethod>(co_await client.call<"forget">()));
    CHECK(co_await client.call<"add">(1, 1) == 2);
  };
  with_client(calculator, body);
}

TEST_CASE("r[rpc.fallible.vox-error] a function may give any error that a call can have") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"add">([](std::int64_t a, std::int64_t) -> schema::Outcome<std::int64_t> {
    if (a < 0) return std::unexpected(schema::InvalidPayload{"a is negative"});
    return a;
  });
  calculator->on<"forget">([]() -> asio::awaitable<void> {
    throw std::runtime_error{"lost the thread"};
    co_return;
  });
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    auto const refused = co_await client.call<"add">(-1, 1);
    REQUIRE(is_error<schema::InvalidPayload>(refused));
    CHECK(std::get<schema::InvalidPayload>(refused.error()).reason == "a is negative");
    CHECK(is_error<schema::Cancelled>(co_await client.call<"forget">()));
    CHECK(co_await client.call<"add">(1, 1) == 1);
  };
  with_client(calculator, body);
}

TEST_CASE("r[rpc.pipelining] calls run side by side, and a slow one holds up no other") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  std::optional<link::Condition> released;
  bool may_go = false;
  calculator->on<"forget">([&]() -> asio::awaitable<void> {
    released.emplace(co_await asio::this_coro::executor);
    co_await released->until([&] { return may_go; });
  });
  calculator->on<"add">([&](std::int64_t a, std::int64_t b) {
    may_go = true;
    released->notify();
    return a + b;
  });
  auto const body = [&](Client<Calculator> client) -> asio::awaitable<void> {
    using asio::experimental::awaitable_operators::operator&&;
    auto const [forgotten, sum] = co_await (client.call<"forget">() && client.call<"add">(1, 2));
    CHECK(forgotten);
    CHECK(sum == 3);
    released.reset();  // It must not outlive its context.
  };
  with_client(calculator, body);
}

TEST_CASE("r[rpc.fallible.vox-error.retryable] a call on a closed connection can be made again") {
  auto const calculator = std::make_shared<Dispatcher<Calculator>>();
  auto const body = [](Client<Calculator> client) -> asio::awaitable<void> {
    CHECK(client.connection().close());
    auto const outcome = co_await client.call<"add">(1, 2);
    REQUIRE_FALSE(outcome);
    CHECK(is_retryable(outcome.error()));
  };
  with_client(calculator, body);
}

TEST_SUITE_END();

}  // namespace
