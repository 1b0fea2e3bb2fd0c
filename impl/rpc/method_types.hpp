#pragma once
#include "impl/rpc/method.hpp"
#include "impl/schema/channels.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/channel_use.hpp"

namespace vox::rpc {

// Where values of a C++ type have channels; made when it is first asked for.
template <class T>
schema::ChannelWalk const& channel_walk() {
  static auto const walk = schema::ChannelWalk::of(schema::local_type<T>());
  return walk;
}

// The types of a method: of its arguments, what it returns, and the error of its own.
template <class Args, class Return, class Error = shape::Never>
[[nodiscard]] constexpr Method::Types method_types() {
  return {.args = &schema::local_type<Args>,
          .response = &schema::local_type<schema::Outcome<Return, Error>>,
          .infallible = &schema::local_type<schema::Outcome<Return>>,
          .channels = &channel_walk<Args>,
          .has_channels = shape::has_channels<Args>};
}

}  // namespace vox::rpc
