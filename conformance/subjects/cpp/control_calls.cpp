#include "conformance/subjects/cpp/control_calls.hpp"

#include "impl/net/typed/call_result.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <array>
#include <utility>
#include <vector>

namespace voxspec::subject {

namespace {

namespace asio = boost::asio;
namespace net = vox::net;

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "?");
}

// Values as docs/traces.md writes them.
Json json_of(std::string const& text) {
  return text;
}
Json json_of(std::int64_t number) {
  return number;
}
Json json_of(std::monostate) {
  return nullptr;
}
Json json_of(testbed::Person const& person) {
  return {{"name", person.name},
          {"age", person.age},
          {"email", person.email ? Json(*person.email) : Json{}}};
}
Json json_of(std::vector<testbed::Point> const& points) {
  Json list = Json::array();
  for (auto const& point : points)
    list.push_back({{"x", point.x}, {"y", point.y}});
  return list;
}
Json json_of(testbed::MathError error) {
  return error == testbed::MathError::overflow ? "Overflow" : "DivisionByZero";
}
Json json_of(testbed::LookupError error) {
  return error == testbed::LookupError::access_denied ? "AccessDenied" : "NotFound";
}

template <class T, class E>
Json json_of(vox::schema::Outcome<T, E> const& outcome) {
  if (outcome) return {{"returned", json_of(*outcome)}};
  Json failure{{"failed", word(net::result_of(outcome.error()))}};
  if constexpr (!std::is_same_v<E, vox::shape::Never>) {
    auto const* const user = std::get_if<vox::schema::User<E>>(&outcome.error());
    if (user != nullptr) failure["error"] = json_of(user->error);
  }
  return failure;
}

std::string channel_name(Json const& argument) {
  return argument.at("channel").get<std::string>();
}

// The half that goes into the call; ours is kept.
template <class T>
net::Rx<T> sending_to(Json const& argument, Halves& halves) {
  auto [ours, theirs] = net::channel<T>();
  halves.keep(channel_name(argument), std::move(ours));
  return std::move(theirs);
}
template <class T>
net::Tx<T> receiving_from(Json const& argument, Halves& halves) {
  auto [theirs, ours] = net::channel<T>();
  halves.keep(channel_name(argument), std::move(ours));
  return std::move(theirs);
}

using Call = asio::awaitable<Json> (*)(TestbedClient client, Json args, Halves& halves);

// A method without channels; its arguments as these types.
template <net::MethodName Name, class... Args>
asio::awaitable<Json> plain(TestbedClient client, Json args, Halves&) {
  auto call = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return client.call<Name>(args[I].get<Args>()...);
  };
  auto const outcome = co_await call(std::index_sequence_for<Args...>{});
  co_return json_of(outcome);
}

template <net::MethodName Name>
asio::awaitable<Json> generate(TestbedClient client, Json args, Halves& halves) {
  auto output = receiving_from<std::int32_t>(args[1], halves);
  auto const outcome = co_await client.call<Name>(args[0].get<std::uint32_t>(), std::move(output));
  co_return json_of(outcome);
}

struct Callable {
  std::string_view name;
  std::string_view args;  // of each its kind: text, number, or channel
  Call call;
};
constexpr std::array callables{
    Callable{"echo", "t", plain<"echo", std::string>},
    Callable{"reverse", "t", plain<"reverse", std::string>},
    Callable{"divide", "nn", plain<"divide", std::int64_t, std::int64_t>},
    Callable{"lookup", "n", plain<"lookup", std::uint32_t>},
    Callable{"get_points", "n", plain<"get_points", std::uint32_t>},
    Callable{"sum", "c",
             [](TestbedClient client, Json args, Halves& halves) -> asio::awaitable<Json> {
               auto input = sending_to<std::int32_t>(args[0], halves);
               auto const outcome = co_await client.call<"sum">(std::move(input));
               co_return json_of(outcome);
             }},
    Callable{"generate", "nc", generate<"generate">},
    Callable{"generate_retry_idem", "nc", generate<"generate_retry_idem">},
    Callable{"generate_retry_non_idem", "nc", generate<"generate_retry_non_idem">},
    Callable{"transform", "cc",
             [](TestbedClient client, Json args, Halves& halves) -> asio::awaitable<Json> {
               auto input = sending_to<std::string>(args[0], halves);
               auto output = receiving_from<std::string>(args[1], halves);
               auto const outcome =
                   co_await client.call<"transform">(std::move(input), std::move(output));
               co_return json_of(outcome);
             }},
};

Callable const* find_callable(std::string_view name) {
  for (auto const& each : callables) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

bool is_of_kind(Json const& argument, char kind) {
  if (kind == 't') return argument.is_string();
  if (kind == 'n') return argument.is_number_integer();
  return argument.is_object() && argument.contains("channel") && argument["channel"].is_string();
}

template <class T>
asio::awaitable<Json> send_on(net::Tx<T>& output, std::vector<T> items, std::uint64_t times) {
  std::uint64_t count = 0;
  for (std::uint64_t round = 0; round < times; ++round) {
    for (auto const& item : items) {
      auto const sent = co_await output.send(item);
      if (!sent) co_return Json{{"sent", count}, {"failed", word(sent.error())}};
      ++count;
    }
  }
  co_return Json{{"sent", count}};
}

template <class T>
asio::awaitable<Json> take_from(net::Rx<T>& input, std::uint64_t count) {
  Json report{{"items", Json::array()}};
  while (report["items"].size() < count) {
    auto received = co_await input.recv();
    if (!received || !*received) {
      report["ended"] = received ? "closed" : word(received.error());
      break;
    }
    report["items"].push_back(**received);
  }
  co_return report;
}

}  // namespace

std::optional<std::string> cannot_call(std::string const& method, Json const& args) {
  auto const* const found = find_callable(method);
  if (found == nullptr) return "call " + method;
  bool fits = args.is_array() && args.size() == found->args.size();
  for (std::size_t i = 0; fits && i < args.size(); ++i)
    fits = is_of_kind(args[i], found->args[i]);
  if (!fits) return "call " + method + " with " + args.dump();
  return std::nullopt;
}

asio::awaitable<Json> call_method(TestbedClient client, std::string const& method, Json args,
                                  Halves& halves) {
  return find_callable(method)->call(std::move(client), std::move(args), halves);
}

asio::awaitable<Json> send_items(std::shared_ptr<Half> half, Json items, std::uint64_t times) {
  if (auto* const numbers = std::get_if<net::Tx<std::int32_t>>(half.get())) {
    co_return co_await send_on(*numbers, items.get<std::vector<std::int32_t>>(), times);
  }
  if (auto* const texts = std::get_if<net::Tx<std::string>>(half.get())) {
    co_return co_await send_on(*texts, items.get<std::vector<std::string>>(), times);
  }
  co_return Json{{"failed", "this end receives"}};
}

asio::awaitable<Json> take_items(std::shared_ptr<Half> half, std::uint64_t count) {
  if (auto* const numbers = std::get_if<net::Rx<std::int32_t>>(half.get())) {
    co_return co_await take_from(*numbers, count);
  }
  if (auto* const texts = std::get_if<net::Rx<std::string>>(half.get())) {
    co_return co_await take_from(*texts, count);
  }
  co_return Json{{"failed", "this end sends"}};
}

void end_half(Half& half) {
  std::visit(
      [](auto& each) {
        if constexpr (requires { each.close(); }) {
          each.close();
        } else {
          each.release();
        }
      },
      half);
}

}  // namespace voxspec::subject
