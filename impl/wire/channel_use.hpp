#pragma once
#include "impl/wire/shape.hpp"

#include <concepts>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// Whether values of a C++ type hold channels, known when it is compiled.
namespace vox::shape {

namespace detail {

enum class ChannelUse : unsigned char { none, placed, in_collection };

constexpr ChannelUse worse(ChannelUse a, ChannelUse b) {
  return a < b ? b : a;
}

template <class T, class... Seen>
consteval ChannelUse channel_use();

template <class... Seen, class... Part>
consteval ChannelUse use_of_parts(Types<Part...>) {
  auto use = ChannelUse::none;
  ((use = worse(use, channel_use<Part, Seen...>())), ...);
  return use;
}
template <class... Seen, class... Part>
consteval ChannelUse use_of_tuple(std::type_identity<std::tuple<Part...>>) {
  return use_of_parts<Seen...>(Types<Part...>{});
}
template <class... Seen, class A, class B>
consteval ChannelUse use_of_tuple(std::type_identity<std::pair<A, B>>) {
  return use_of_parts<Seen...>(Types<A, B>{});
}

// What a collection holds, as its element or as its key and value.
template <class T, class... Seen>
consteval ChannelUse use_of_elements() {
  auto use = channel_use<std::remove_cv_t<typename T::value_type>, Seen...>();
  return use == ChannelUse::none ? use : ChannelUse::in_collection;
}

template <class T, class... Seen>
consteval ChannelUse use_of_members() {
  auto use = ChannelUse::none;
  for_each_field_type<T>([&]<class Field>(std::type_identity<Field>, std::string_view) {
    use = worse(use, channel_use<Field, Seen...>());
  });
  return use;
}

template <class T, class... Seen>
consteval ChannelUse use_by_kind() {
  using K = Kind;
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == K::channel) {
    return ChannelUse::placed;
  } else if constexpr (kind == K::list || kind == K::set || kind == K::array || kind == K::map) {
    return use_of_elements<T, T, Seen...>();
  } else if constexpr (kind == K::option) {
    return channel_use<typename T::value_type, T, Seen...>();
  } else if constexpr (kind == K::pointer) {
    return channel_use<std::remove_cv_t<typename T::element_type>, T, Seen...>();
  } else if constexpr (kind == K::result) {
    return worse(channel_use<typename T::value_type, T, Seen...>(),
                 channel_use<typename T::error_type, T, Seen...>());
  } else if constexpr (kind == K::tuple) {
    return use_of_tuple<T, Seen...>(std::type_identity<T>{});
  } else if constexpr (kind == K::sum) {
    return use_of_parts<T, Seen...>(alternatives<T>{});
  } else if constexpr (kind == K::structure || kind == K::tuple_struct || kind == K::transparent) {
    return use_of_members<T, Seen...>();
  } else {
    return ChannelUse::none;
  }
}

// `Seen` are the types around this one, where a type that holds itself comes to an end.
template <class T, class... Seen>
consteval ChannelUse channel_use() {
  if constexpr ((std::same_as<T, Seen> || ...)) {
    return ChannelUse::none;
  } else {
    return use_by_kind<T, Seen...>();
  }
}

}  // namespace detail

template <class T>
inline constexpr bool has_channels = detail::channel_use<T>() != detail::ChannelUse::none;

// Whether all channels in values of the type stand where they may: not in a collection.
template <class T>
inline constexpr bool channels_are_placed =
    detail::channel_use<T>() != detail::ChannelUse::in_collection;

}  // namespace vox::shape
