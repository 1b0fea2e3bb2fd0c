#pragma once
#include "impl/net/typed/channel_pair.hpp"
#include "impl/net/typed/declaration.hpp"
#include "impl/net/typed/dispatcher_base.hpp"
#include "impl/net/typed/service_of.hpp"
#include "impl/wire/postcard.hpp"

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace vox::net {

namespace detail {

template <class T>
inline constexpr bool is_awaitable = false;
template <class T>
inline constexpr bool is_awaitable<boost::asio::awaitable<T>> = true;
template <class T>
struct Awaited {
  using type = T;
};
template <class T>
struct Awaited<boost::asio::awaitable<T>> {
  using type = T;
};

// The decoded arguments with their channels, or why they are none.
// r[impl rpc.channel.binding.callee-args]
template <class Args>
[[nodiscard]] std::expected<Args, std::string> take_args(TypedRequest& request) {
  auto args = wire::decode_value<Args>(request.args, request.strictness);
  if (!args) return std::unexpected(std::move(args.error().detail));
  if constexpr (has_channels<Args>) {
    auto next = request.channels.begin();
    auto adopt = [&](ChannelHalf& half) { half.adopt(std::move(*next++), request.strictness); };
    for_each_channel(*args, adopt);
  }
  request.channels.clear();
  return std::move(*args);
}

// What a function gave, as the outcome of its method: a value, std::expected with the method's own
// error, or the outcome itself.
template <class Method, class Result>
[[nodiscard]] typename Method::Outcome outcome_of(Result&& result) {
  using Outcome = typename Method::Outcome;
  using Plain = std::remove_cvref_t<Result>;
  if constexpr (std::same_as<Plain, Outcome> ||
                std::convertible_to<Plain, typename Method::Return>) {
    return std::forward<Result>(result);
  } else {
    static_assert(std::convertible_to<typename Plain::error_type, typename Method::Error>,
                  "the function gives neither the method's value nor an error of the method");
    if (!result) {
      return std::unexpected(typename Outcome::error_type{
          schema::User<typename Method::Error>{std::forward<Result>(result).error()}});
    }
    if constexpr (std::is_void_v<typename Plain::value_type>) {
      return Outcome{};
    } else {
      return *std::forward<Result>(result);
    }
  }
}

// Calls the function with the context of the call first, if it wants it.
template <class Function, class Args>
decltype(auto) apply_to(Function& function, CallContext const& context, Args&& args) {
  return std::apply(
      [&]<class... Arg>(Arg&&... arg) -> decltype(auto) {
        if constexpr (std::invocable<Function&, CallContext const&, Arg...>) {
          return function(context, std::forward<Arg>(arg)...);
        } else {
          static_assert(std::invocable<Function&, Arg...>,
                        "the function does not take the method's arguments");
          return function(std::forward<Arg>(arg)...);
        }
      },
      std::forward<Args>(args));
}

template <class Method, class Function>
[[nodiscard]] Bytes answer_at_once(Function& function, TypedRequest& request) {
  auto args = take_args<typename Method::Args>(request);
  if (!args) throw InvalidArguments{args.error()};
  using Result = decltype(apply_to(function, request.context, std::move(*args)));
  if constexpr (std::is_void_v<Result>) {
    apply_to(function, request.context, std::move(*args));
    return wire::encode_value(typename Method::Outcome{});
  } else {
    return wire::encode_value(
        outcome_of<Method>(apply_to(function, request.context, std::move(*args))));
  }
}

template <class Method, class Function>
[[nodiscard]] boost::asio::awaitable<Bytes> answer_later(Function& function,
                                                         TypedRequest& request) {
  auto args = take_args<typename Method::Args>(request);
  if (!args) throw InvalidArguments{args.error()};
  using Result = decltype(apply_to(function, request.context, std::move(*args)));
  if constexpr (std::is_void_v<typename Awaited<Result>::type>) {
    co_await apply_to(function, request.context, std::move(*args));
    co_return wire::encode_value(typename Method::Outcome{});
  } else {
    co_return wire::encode_value(
        outcome_of<Method>(co_await apply_to(function, request.context, std::move(*args))));
  }
}

}  // namespace detail

// Serves the methods of a service by one function each:
//
//   auto calculator = std::make_shared<net::Dispatcher<Calculator>>();
//   calculator->on<"add">([](std::int64_t a, std::int64_t b) { return a + b; });
//
// A function takes the method's arguments, perhaps with a CallContext const& before them. It gives
// the value, std::expected with the method's own error or with a schema::VoxError, or nothing
// where the method returns nothing; or it is a coroutine that gives one of these. A method without
// a function is answered with UnknownMethod.
// r[impl rpc.handler] r[impl rpc.unknown-method]
template <DeclaredService S>
class Dispatcher final : public DispatcherBase {
 public:
  Dispatcher() : DispatcherBase{S::service_name} {}

  // Once for a method, before the first session is served.
  template <MethodName Name, class Function>
  Dispatcher& on(Function function) {
    using Method = MethodNamed<S, Name>;
    using Result = decltype(detail::apply_to(function, std::declval<CallContext const&>(),
                                             std::declval<typename Method::Args&&>()));
    auto const& method =
        served_methods().add(Method::name, types_of<Method>(), Method::repeat, Method::persistence);
    // The function is shared, since it may be one that can only be moved.
    auto shared = std::make_shared<Function>(std::move(function));
    if constexpr (detail::is_awaitable<Result>) {
      serve(method, {.later = [shared](TypedRequest& request) {
              return detail::answer_later<Method>(*shared, request);
            }});
    } else {
      serve(method, {.at_once = [shared](TypedRequest& request) {
              return detail::answer_at_once<Method>(*shared, request);
            }});
    }
    return *this;
  }

  // Stands around every handler, inside those that were added before.
  Dispatcher& add(std::shared_ptr<ServerMiddleware> middleware) {
    add_middleware(std::move(middleware));
    return *this;
  }
};

}  // namespace vox::net
