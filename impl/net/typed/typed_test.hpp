#pragma once
// Helpers for the tests of typed services: a service with channels in every place, and a client and
// a dispatcher of it as the two ends of a session over a memory link.
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"
#include "impl/net/typed/client.hpp"
#include "impl/net/typed/dispatcher.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace vox::net::test {

enum class MathError : std::uint8_t { division_by_zero, overflow };
BOOST_DESCRIBE_ENUM(MathError, division_by_zero, overflow)

// Channels as a struct, an option and a variant hold them.
struct Sinks {
  static constexpr std::string_view rust_name = "Sinks";
  std::optional<Tx<std::int32_t>> odd;
  std::optional<Tx<std::int32_t>> even;
};
BOOST_DESCRIBE_STRUCT(Sinks, (), (odd, even))
struct Numbers {
  static constexpr std::string_view name = "Numbers";
  using newtype = void;
  Rx<std::int32_t> input;
};
BOOST_DESCRIBE_STRUCT(Numbers, (), (input))
struct Nothing {
  static constexpr std::string_view name = "Nothing";
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
struct Source : std::variant<Nothing, Numbers> {
  using variant::variant;
  static constexpr std::string_view rust_name = "Source";
};

struct Calculator {
  static constexpr std::string_view service_name = "Calculator";
  using methods = Methods<
      Method<"add", std::int64_t(std::int64_t, std::int64_t)>,
      Method<"divide", std::expected<std::int64_t, MathError>(std::int64_t, std::int64_t)>,
      Method<"sum", std::int64_t(Rx<std::int32_t>)>,
      Method<"count", void(std::uint32_t, Tx<std::int32_t>)>, Method<"sort", void(Source, Sinks)>,
      Method<"note", std::expected<void, MathError>(std::string), idempotent, persistent>,
      Method<"double_up", void(Rx<std::string>, Tx<std::string>)>, Method<"forget", void()>>;
};

// Plays the body with a client whose connection the dispatcher serves.
template <class Body>
void with_client(std::shared_ptr<Dispatcher<Calculator>> dispatcher, Body body,
                 Rulebook rulebook = Rulebook::spec) {
  boost::asio::io_context context;
  link::test::run(context, [&]() -> boost::asio::awaitable<void> {
    InitiatorBuilder initiator;
    AcceptorBuilder acceptor;
    initiator.rulebook(rulebook).service("Calculator");
    acceptor.rulebook(rulebook).service("Calculator").on_connection(dispatcher);
    auto pair = co_await establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    REQUIRE(pair.acceptor);
    // A virtual connection, because the root cannot be closed by request.
    auto opened =
        co_await pair.initiator->session.open({}, "Calculator", wire::Metadata{}, nullptr);
    REQUIRE(opened);
    Client<Calculator> client{std::move(*opened)};
    co_await body(std::move(client));
  });
}

}  // namespace vox::net::test

namespace vox::shape {

template <>
struct Declared<net::test::MathError> {
  static constexpr std::string_view rust_name = "MathError";
};

}  // namespace vox::shape
