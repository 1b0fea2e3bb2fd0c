#pragma once
#include "impl/net/connection.hpp"
#include "impl/net/typed/call_result.hpp"
#include "impl/net/typed/caller.hpp"
#include "impl/net/typed/channel_pair.hpp"
#include "impl/net/typed/declaration.hpp"
#include "impl/net/typed/service_of.hpp"
#include "impl/wire/postcard.hpp"

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace vox::net {

namespace detail {

// What a coroutine per type of outcome does: the rest is compiled once.
template <class Outcome>
[[nodiscard]] boost::asio::awaitable<Outcome> ask(Caller caller, PreparedCall prepared) {
  using Error = typename Outcome::error_type;
  auto const strictness = caller.strictness();
  auto const answer = co_await Caller::run(std::move(caller), std::move(prepared));
  if (!answer) {
    co_return std::unexpected(widened<Error>(error_of(answer.error())));
  }
  auto outcome = wire::decode_value<Outcome>(answer->ret, strictness);
  if (outcome) co_return std::move(*outcome);
  co_return std::unexpected(Error{schema::InvalidPayload{std::move(outcome.error().detail)}});
}

// The arguments as the method declares them. Values that are of its own types are not copied.
template <class Args, class... Value>
[[nodiscard]] Bytes encode_args(Value&&... values) {
  if constexpr (std::same_as<Args, std::tuple<std::remove_cvref_t<Value>...>>) {
    return wire::encode_value(std::tuple<std::remove_cvref_t<Value> const&...>{values...});
  } else {
    return wire::encode_value(Args{std::forward<Value>(values)...});
  }
}

}  // namespace detail

// Calls the methods of a service on one connection. Copies share it, and the connection lives as
// long as any of them.
// r[impl rpc.caller]
template <DeclaredService S>
class Client {
 public:
  explicit Client(Connection connection) : caller_{std::move(connection)} {}

  // Is asked around every call that is made from now on.
  Client& add(std::shared_ptr<ClientMiddleware> middleware) {
    caller_.add(std::move(middleware));
    return *this;
  }
  [[nodiscard]] Connection const& connection() const { return caller_.connection(); }

  // Calls the method and waits: for its value, its own error as schema::User<E>, or another reason
  // why there is no value. A half of a channel that is among the arguments is passed in the call.
  template <MethodName Name, class... Value>
  [[nodiscard]] boost::asio::awaitable<typename MethodNamed<S, Name>::Outcome> call(
      Value&&... values) const {
    return call_with<Name>(wire::Metadata{}, std::forward<Value>(values)...);
  }
  // The same with metadata.
  template <MethodName Name, class... Value>
  [[nodiscard]] boost::asio::awaitable<typename MethodNamed<S, Name>::Outcome> call_with(
      wire::Metadata metadata, Value&&... values) const {
    using Method = MethodNamed<S, Name>;
    using Args = typename Method::Args;
    static_assert(sizeof...(Value) == std::tuple_size_v<Args>,
                  "the method has another number of arguments");
    auto const& method = method_of<S, Name>();
    if constexpr (has_channels<Args>) {
      Args args{std::forward<Value>(values)...};
      auto bytes = wire::encode_value(args);
      std::vector<ChannelHalf*> halves;
      auto collect = [&](ChannelHalf& half) { halves.push_back(&half); };
      for_each_channel(args, collect);
      return detail::ask<typename Method::Outcome>(
          caller_, caller_.prepare(method, std::move(metadata), std::move(bytes), halves));
    } else {
      return detail::ask<typename Method::Outcome>(
          caller_, caller_.prepare(method, std::move(metadata),
                                   detail::encode_args<Args>(std::forward<Value>(values)...)));
    }
  }

 private:
  Caller caller_;
};

}  // namespace vox::net
