#pragma once
#include "impl/wire/bytes.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace vox {

// NOLINTBEGIN(modernize-use-using): only a typedef takes __extension__.
__extension__ typedef unsigned __int128 U128;
__extension__ typedef __int128 I128;
// NOLINTEND(modernize-use-using)

}  // namespace vox

// Which kind of Rust type a C++ type stands for; impl/wire/shape.hpp has the whole list.
namespace vox::shape {

// The Rust type without values: it can be named in a signature, never sent.
struct Never {
  bool operator==(Never const&) const = default;
};

// A value that is encoded on its own and travels as opaque bytes; a view into its payload.
struct Payload {
  ByteView bytes;
  bool operator==(Payload const& other) const { return equal(bytes, other.bytes); }
};

enum class ChannelDirection : std::uint8_t { tx, rx };

// One end of a channel as an argument. On the wire it is nothing but its channel id.
template <class T>
concept ChannelHandle = requires(T handle, T const fixed, std::uint64_t id) {
  typename T::channel_element;
  { T::channel_direction } -> std::convertible_to<ChannelDirection>;
  { fixed.channel_id() } -> std::same_as<std::uint64_t>;
  handle.set_channel_id(id);
};

// What a type is on the wire. Sums are enums with payloads, choices are those without.
enum class Kind : std::uint8_t {
  primitive,
  list,
  set,
  map,
  array,
  option,
  pointer,
  tuple,
  result,
  unit,
  never,
  payload,
  channel,
  choice,
  sum,
  structure,
  tuple_struct,
  transparent,
};

// The Rust name of a primitive type (bool, u8, …, char, string); empty for all other types.
template <class T>
consteval std::string_view primitive_name() {
  constexpr std::array<std::string_view, 4> signed_names{"i8", "i16", "i32", "i64"};
  constexpr std::array<std::string_view, 4> unsigned_names{"u8", "u16", "u32", "u64"};
  constexpr bool is_character = std::same_as<T, char> || std::same_as<T, wchar_t> ||
                                std::same_as<T, char8_t> || std::same_as<T, char16_t>;
  if constexpr (std::same_as<T, bool>) {
    return "bool";
  } else if constexpr (std::same_as<T, char32_t>) {
    return "char";
  } else if constexpr (std::same_as<T, std::byte>) {
    return "u8";
  } else if constexpr (std::same_as<T, U128>) {
    return "u128";
  } else if constexpr (std::same_as<T, I128>) {
    return "i128";
  } else if constexpr (std::integral<T> && !is_character) {
    constexpr auto width = static_cast<std::size_t>(std::countr_zero(sizeof(T)));
    return std::signed_integral<T> ? signed_names[width] : unsigned_names[width];
  } else if constexpr (std::same_as<T, float>) {
    return "f32";
  } else if constexpr (std::same_as<T, double>) {
    return "f64";
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    return "string";
  } else {
    return {};
  }
}

template <class... A>
constexpr std::variant<A...> const& as_variant(std::variant<A...> const& value) {
  return value;
}
template <class... A>
constexpr std::variant<A...>& as_variant(std::variant<A...>& value) {
  return value;
}
template <class... A>
void as_variant(std::variant<A...> const&&) = delete;
template <class T>
concept Sum = requires(T const& value) { shape::as_variant(value); };

template <class T>
using members_of =
    boost::describe::describe_members<std::remove_const_t<T>, boost::describe::mod_public>;
template <class T>
inline constexpr std::size_t member_count = boost::mp11::mp_size<members_of<T>>::value;

namespace detail {

template <class T>
consteval Kind class_kind() {
  if constexpr (requires { typename T::transparent; }) {
    static_assert(member_count<T> == 1, "a transparent struct has one member");
    return Kind::transparent;
  } else if constexpr (member_count<T> == 0) {
    return Kind::unit;
  } else if constexpr (requires { typename T::tuple_struct; }) {
    return Kind::tuple_struct;
  } else {
    return Kind::structure;
  }
}

template <class T>
consteval Kind plain_kind() {
  if constexpr (!primitive_name<T>().empty()) {
    return Kind::primitive;
  } else if constexpr (std::same_as<T, Never>) {
    return Kind::never;
  } else if constexpr (std::same_as<T, Payload>) {
    return Kind::payload;
  } else if constexpr (std::same_as<T, std::monostate>) {
    return Kind::unit;
  } else if constexpr (boost::describe::has_describe_enumerators<T>::value) {
    return Kind::choice;
  } else if constexpr (ChannelHandle<T>) {
    return Kind::channel;
  } else if constexpr (Sum<T>) {
    return Kind::sum;
  } else {
    static_assert(boost::describe::has_describe_members<T>::value,
                  "the type stands for no Rust type: describe it with BOOST_DESCRIBE_STRUCT");
    return class_kind<T>();
  }
}

template <class T>
struct KindOf {
  static constexpr Kind value = plain_kind<T>();
};
template <Kind K>
struct KindIs {
  static constexpr Kind value = K;
};
template <class T, class A>
struct KindOf<std::vector<T, A>> : KindIs<Kind::list> {};
template <class T>
struct KindOf<std::span<T const>> : KindIs<Kind::list> {};
template <class T, class C, class A>
struct KindOf<std::set<T, C, A>> : KindIs<Kind::set> {};
template <class T, class H, class E, class A>
struct KindOf<std::unordered_set<T, H, E, A>> : KindIs<Kind::set> {};
template <class K, class V, class C, class A>
struct KindOf<std::map<K, V, C, A>> : KindIs<Kind::map> {};
template <class K, class V, class H, class E, class A>
struct KindOf<std::unordered_map<K, V, H, E, A>> : KindIs<Kind::map> {};
template <class T, std::size_t N>
struct KindOf<std::array<T, N>> : KindIs<Kind::array> {};
template <class T>
struct KindOf<std::optional<T>> : KindIs<Kind::option> {};
template <class T>
struct KindOf<std::unique_ptr<T>> : KindIs<Kind::pointer> {};
template <class T>
struct KindOf<std::shared_ptr<T>> : KindIs<Kind::pointer> {};
template <class T, class E>
struct KindOf<std::expected<T, E>> : KindIs<Kind::result> {};
template <>
struct KindOf<std::tuple<>> : KindIs<Kind::unit> {};
template <class... T>
struct KindOf<std::tuple<T...>> : KindIs<Kind::tuple> {};
template <class A, class B>
struct KindOf<std::pair<A, B>> : KindIs<Kind::tuple> {};

}  // namespace detail

template <class T>
inline constexpr Kind kind = detail::KindOf<std::remove_cv_t<T>>::value;

// True for types that are `u8` to Rust, a list of which is `bytes`.
template <class T>
inline constexpr bool is_byte = primitive_name<std::remove_cv_t<T>>() == "u8";

}  // namespace vox::shape
