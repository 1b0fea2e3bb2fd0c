#pragma once
#include "impl/wire/channel_use.hpp"
#include "impl/wire/shape.hpp"

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

// The channels that values of a C++ type hold.
namespace vox::net {

using shape::channels_are_placed;
using shape::has_channels;

// Calls visit(channel) for the channels of a value, in the order in which they are encoded: struct
// fields and the fields of the active variant as declared, tuples, options.
// r[impl rpc.channel.discovery]
template <class T, class Visit>
void for_each_channel(T& value, Visit& visit) {
  using K = shape::Kind;
  constexpr auto kind = shape::kind<T>;
  if constexpr (!has_channels<T>) {
    return;
  } else if constexpr (kind == K::channel) {
    visit(value);
  } else if constexpr (kind == K::option || kind == K::pointer) {
    if (value) for_each_channel(*value, visit);
  } else if constexpr (kind == K::result) {
    if (value) {
      for_each_channel(*value, visit);
    } else {
      for_each_channel(value.error(), visit);
    }
  } else if constexpr (kind == K::tuple) {
    std::apply([&](auto&... part) { (for_each_channel(part, visit), ...); }, value);
  } else if constexpr (kind == K::sum) {
    std::visit(
        [&](auto& alternative) {
          shape::for_each_field(
              alternative, [&](auto& field, std::string_view) { for_each_channel(field, visit); });
        },
        shape::as_variant(value));
  } else {
    shape::for_each_field(value,
                          [&](auto& field, std::string_view) { for_each_channel(field, visit); });
  }
}

}  // namespace vox::net
