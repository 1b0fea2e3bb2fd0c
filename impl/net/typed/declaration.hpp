#pragma once
#include "impl/net/typed/channel_fields.hpp"
#include "impl/rpc/method.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/shape.hpp"

#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <expected>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

// How a service is declared, once for those who call it and those who serve it:
//
//   struct Calculator {
//     static constexpr std::string_view service_name = "Calculator";
//     using methods = net::Methods<
//         net::Method<"add", std::int64_t(std::int64_t, std::int64_t)>,
//         net::Method<"divide", std::expected<std::int64_t, MathError>(std::int64_t,
//         std::int64_t)>, net::Method<"sum", std::int64_t(net::Rx<std::int32_t>)>,
//         net::Method<"store", void(std::string), net::idempotent, net::persistent>>;
//   };
//
// Names and types are what the peer's declaration has; impl/wire/shape.hpp says which C++ type
// stands for which type of the peer. Names of arguments are on no wire.
namespace vox::net {

// A method's name as a template argument.
template <std::size_t Size>
struct MethodName {
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): a literal is a name.
  consteval MethodName(char const (&text)[Size]) { std::ranges::copy(text, letters.begin()); }
  [[nodiscard]] constexpr std::string_view view() const { return {letters.data(), Size - 1}; }

  std::array<char, Size> letters{};
};

// What may stand behind the signature.
inline constexpr auto idempotent = rpc::Repeat::idempotent;
inline constexpr auto persistent = rpc::Persistence::persistent;

namespace detail {

template <class T>
using ValueOf = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class Result>
struct ResultParts {
  using Return = ValueOf<Result>;
  using Error = shape::Never;
};
// r[impl rpc.fallible]
template <class T, class E>
struct ResultParts<std::expected<T, E>> {
  using Return = ValueOf<T>;
  using Error = E;
};

template <class Option>
consteval Option option_of(Option otherwise) {
  return otherwise;
}
template <class Option, class First, class... Rest>
consteval Option option_of(Option otherwise, First first, Rest... rest) {
  if constexpr (std::same_as<Option, First>) {
    return first;
  } else {
    return option_of(otherwise, rest...);
  }
}

}  // namespace detail

// One method: its name, a function type that returns the value, nothing, or std::expected with an
// error of the method's own, and options.
template <MethodName Name, class Signature, auto... Options>
struct Method;

template <MethodName Name, class Result, class... Arg, auto... Options>
struct Method<Name, Result(Arg...), Options...> {
  using Args = std::tuple<Arg...>;
  using Return = typename detail::ResultParts<Result>::Return;
  using Error = typename detail::ResultParts<Result>::Error;
  using Outcome = schema::Outcome<Return, Error>;

  static constexpr std::string_view name = Name.view();
  static constexpr auto repeat = detail::option_of(rpc::Repeat::non_idempotent, Options...);
  static constexpr auto persistence = detail::option_of(rpc::Persistence::none, Options...);

  // r[impl rpc.channel.placement]
  static_assert(!has_channels<Return> && !has_channels<Error>,
                "only arguments hold channels, not results and errors");
  // r[impl rpc.channel.no-collections]
  static_assert((channels_are_placed<Arg> && ... && true),
                "no channel stands in a list, array, map or set");
};

template <class... Method>
struct Methods {};

// A declaration, as above.
// r[impl rpc.service]
template <class S>
concept DeclaredService = requires {
  { S::service_name } -> std::convertible_to<std::string_view>;
  typename S::methods;
};

namespace detail {

// The place of the method in the list; past its end if no method has the name.
template <class... Method>
consteval std::size_t place_of(std::string_view name, Methods<Method...>) {
  std::size_t place = 0;
  static_cast<void>(((Method::name == name || (++place, false)) || ...));
  return place;
}
template <class... Method>
consteval std::size_t count_of(Methods<Method...>) {
  return sizeof...(Method);
}

template <class S, MethodName Name>
struct Lookup {
  static constexpr auto place = place_of(Name.view(), typename S::methods{});
  static_assert(place < count_of(typename S::methods{}), "the service has no method of this name");
  using type = boost::mp11::mp_at_c<typename S::methods, place>;
};

}  // namespace detail

// The method of the service that has the name; another name does not compile.
template <DeclaredService S, MethodName Name>
using MethodNamed = typename detail::Lookup<S, Name>::type;

}  // namespace vox::net
