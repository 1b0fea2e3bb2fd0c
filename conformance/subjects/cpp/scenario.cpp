#include "conformance/subjects/cpp/scenario.hpp"

#include "conformance/subjects/cpp/channel_scenarios.hpp"
#include "conformance/subjects/cpp/scenario_checks.hpp"
#include "conformance/subjects/cpp/scenario_table.hpp"
#include "conformance/subjects/testbed/types.hpp"
#include "impl/net/promise.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace voxspec::subject {

namespace {

namespace asio = boost::asio;
using namespace testbed;

Person person(std::string name, std::uint8_t age, std::optional<std::string> email) {
  return {.name = std::move(name), .age = age, .email = std::move(email)};
}

asio::awaitable<Played> echo(TestbedClient client) {
  std::string const sent = "hello from client";
  auto const got = co_await client.call<"echo">(sent);
  co_return expect_value(got, sent);
}

asio::awaitable<Played> play_reverse(TestbedClient client) {
  auto const got = co_await client.call<"reverse">("hello");
  co_return expect_value(got, std::string{"olleh"});
}

asio::awaitable<Played> divide_success(TestbedClient client) {
  auto const got = co_await client.call<"divide">(10, 3);
  co_return expect_value(got, std::int64_t{3});
}

asio::awaitable<Played> divide_zero(TestbedClient client) {
  auto const got = co_await client.call<"divide">(10, 0);
  co_return expect_error(got, MathError::division_by_zero);
}

asio::awaitable<Played> divide_overflow(TestbedClient client) {
  auto const least = std::numeric_limits<std::int64_t>::min();
  auto const got = co_await client.call<"divide">(least, -1);
  co_return expect_error(got, MathError::overflow);
}

asio::awaitable<Played> lookup_found(TestbedClient client) {
  auto const got = co_await client.call<"lookup">(1);
  co_return expect_value(got, person("Alice", 30, "alice@example.com"));
}

asio::awaitable<Played> lookup_found_no_email(TestbedClient client) {
  auto const got = co_await client.call<"lookup">(2);
  co_return expect_value(got, person("Bob", 25, std::nullopt));
}

asio::awaitable<Played> lookup_not_found(TestbedClient client) {
  auto const got = co_await client.call<"lookup">(999);
  co_return expect_error(got, LookupError::not_found);
}

asio::awaitable<Played> lookup_access_denied(TestbedClient client) {
  auto const got = co_await client.call<"lookup">(100);
  co_return expect_error(got, LookupError::access_denied);
}

asio::awaitable<Played> echo_point(TestbedClient client) {
  Point const sent{.x = 42, .y = -7};
  auto const got = co_await client.call<"echo_point">(sent);
  co_return expect_value(got, sent);
}

asio::awaitable<Played> create_person(TestbedClient client) {
  auto const wanted = person("Dave", 40, "dave@example.com");
  auto const got = co_await client.call<"create_person">(wanted.name, wanted.age, wanted.email);
  co_return expect_value(got, wanted);
}

asio::awaitable<Played> rectangle_area(TestbedClient client) {
  Rectangle const rectangle{
      .top_left = {.x = 0, .y = 10}, .bottom_right = {.x = 5, .y = 0}, .label = std::nullopt};
  auto const got = co_await client.call<"rectangle_area">(rectangle);
  co_return expect_value(got, 50.0);
}

asio::awaitable<Played> parse_color(TestbedClient client) {
  using Row = std::pair<std::string, std::optional<Color>>;
  std::vector<Row> const rows{{"red", Color::red},
                              {"Green", Color::green},
                              {"BLUE", Color::blue},
                              {"purple", std::nullopt}};
  for (auto const& [name, wanted] : rows) {
    auto const got = co_await client.call<"parse_color">(name);
    if (auto played = expect_value(got, wanted); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<Played> get_points(TestbedClient client) {
  std::vector<Point> wanted;
  wanted.reserve(5);
  for (std::int32_t i = 0; i < 5; ++i)
    wanted.push_back({.x = i, .y = 2 * i});
  auto const got = co_await client.call<"get_points">(5);
  co_return expect_value(got, wanted);
}

asio::awaitable<Played> swap_pair(TestbedClient client) {
  std::tuple<std::int32_t, std::string> const pair{99, "hello"};
  auto const got = co_await client.call<"swap_pair">(pair);
  co_return expect_value(got, std::tuple{std::string{"hello"}, std::int32_t{99}});
}

asio::awaitable<Played> echo_bytes(TestbedClient client) {
  std::vector<std::vector<std::byte>> const rows{
      {},
      {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{255}, std::byte{0}, std::byte{128}},
      std::vector<std::byte>(5000, std::byte{7})};
  for (auto const& sent : rows) {
    auto const got = co_await client.call<"echo_bytes">(sent);
    if (auto played = expect_value(got, sent); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<Played> echo_bool(TestbedClient client) {
  for (bool const sent : {true, false}) {
    auto const got = co_await client.call<"echo_bool">(sent);
    if (auto played = expect_value(got, sent); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<Played> echo_u64(TestbedClient client) {
  constexpr std::array<std::uint64_t, 6> rows{
      0, 1, 127, 128, 1'000'000'000'000, std::numeric_limits<std::uint64_t>::max()};
  for (auto const sent : rows) {
    auto const got = co_await client.call<"echo_u64">(sent);
    if (auto played = expect_value(got, sent); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<Played> echo_option_string(TestbedClient client) {
  std::vector<std::optional<std::string>> const rows{"hello", std::nullopt};
  for (auto const& sent : rows) {
    auto const got = co_await client.call<"echo_option_string">(sent);
    if (auto played = expect_value(got, sent); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<Played> describe_point(TestbedClient client) {
  TaggedPoint const wanted{.label = "origin", .x = 0, .y = 0, .active = true};
  auto const got =
      co_await client.call<"describe_point">(wanted.label, wanted.x, wanted.y, wanted.active);
  co_return expect_value(got, wanted);
}

asio::awaitable<Played> all_colors(TestbedClient client) {
  auto const got = co_await client.call<"all_colors">();
  co_return expect_value(got, std::vector{Color::red, Color::green, Color::blue});
}

asio::awaitable<Played> echo_shape(TestbedClient client) {
  std::vector<Shape> const rows{shapes::Point{}, shapes::Circle{.radius = 1.25},
                                shapes::Rectangle{.width = 2, .height = 5}};
  for (auto const& sent : rows) {
    auto const got = co_await client.call<"echo_shape">(sent);
    if (auto played = expect_value(got, sent); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<Played> shape_area(TestbedClient client) {
  Shape const shape = shapes::Rectangle{.width = 3, .height = 4};
  auto const got = co_await client.call<"shape_area">(shape);
  co_return expect_value(got, 12.0);
}

asio::awaitable<Played> create_canvas(TestbedClient client) {
  Canvas const wanted{.name = "canvas",
                      .shapes = {shapes::Point{}, shapes::Circle{.radius = 2.5}},
                      .background = Color::green};
  auto const got =
      co_await client.call<"create_canvas">(wanted.name, wanted.shapes, wanted.background);
  co_return expect_value(got, wanted);
}

asio::awaitable<Played> process_message(TestbedClient client) {
  constexpr std::array bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  using Row = std::pair<Message, Message>;
  std::vector<Row> const rows{
      {Text{.text = "hi"}, Text{.text = "processed: hi"}},
      {Number{.number = 21}, Number{.number = 42}},
      {Data{.data = {bytes.begin(), bytes.end()}}, Data{.data = {bytes.rbegin(), bytes.rend()}}}};
  for (auto const& [sent, wanted] : rows) {
    auto const got = co_await client.call<"process_message">(sent);
    if (auto played = expect_value(got, wanted); !played) co_return played;
  }
  co_return Played{};
}

asio::awaitable<void> echo_into(TestbedClient client, std::string sent,
                                std::shared_ptr<vox::net::Promise<Played>> played) {
  auto const got = co_await client.call<"echo">(sent);
  played->set(expect_value(got, sent));
}

// Ten calls that are all under way before the first answer is looked at.
asio::awaitable<Played> pipelining(TestbedClient client) {
  auto const executor = co_await asio::this_coro::executor;
  std::vector<std::shared_ptr<vox::net::Promise<Played>>> calls;
  for (int number = 0; number < 10; ++number) {
    calls.push_back(std::make_shared<vox::net::Promise<Played>>(executor));
    auto work = echo_into(client, "message " + std::to_string(number), calls.back());
    asio::co_spawn(executor, std::move(work), asio::detached);
  }
  for (auto const& call : calls) {
    if (auto played = co_await call->get(); !played) co_return played;
  }
  co_return Played{};
}

using Scenario = NamedScenario<TestbedClient>;

constexpr std::array scenarios{
    Scenario{"echo", echo},
    Scenario{"reverse", play_reverse},
    Scenario{"divide_success", divide_success},
    Scenario{"divide_zero", divide_zero},
    Scenario{"divide_overflow", divide_overflow},
    Scenario{"lookup_found", lookup_found},
    Scenario{"lookup_found_no_email", lookup_found_no_email},
    Scenario{"lookup_not_found", lookup_not_found},
    Scenario{"lookup_access_denied", lookup_access_denied},
    Scenario{"echo_point", echo_point},
    Scenario{"create_person", create_person},
    Scenario{"rectangle_area", rectangle_area},
    Scenario{"parse_color", parse_color},
    Scenario{"get_points", get_points},
    Scenario{"swap_pair", swap_pair},
    Scenario{"echo_bytes", echo_bytes},
    Scenario{"echo_bool", echo_bool},
    Scenario{"echo_u64", echo_u64},
    Scenario{"echo_option_string", echo_option_string},
    Scenario{"describe_point", describe_point},
    Scenario{"all_colors", all_colors},
    Scenario{"echo_shape", echo_shape},
    Scenario{"shape_area", shape_area},
    Scenario{"create_canvas", create_canvas},
    Scenario{"process_message", process_message},
    Scenario{"pipelining", pipelining},
    Scenario{"sum_client_to_server", sum_client_to_server},
    Scenario{"sum_large", sum_large},
    Scenario{"generate_large", generate_large},
    Scenario{"transform_bidi", transform_bidi},
    Scenario{"channel_retry_non_idem", channel_retry_non_idem},
    Scenario{"channel_retry_idem", channel_retry_idem},
};

}  // namespace

std::vector<std::string_view> scenario_names() {
  return names_in(scenarios);
}

bool has_scenario(std::string_view name) {
  return has_name(scenarios, name);
}

bool wants_broken_link(std::string_view name) {
  return name.starts_with("channel_retry_");
}

asio::awaitable<Played> play(std::string name, TestbedClient client) {
  return play_from(scenarios, std::move(name), std::move(client));
}

}  // namespace voxspec::subject
