#pragma once
#include "impl/wire/shape_kind.hpp"

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// How a C++ type stands for a Rust type. The value codec (postcard) and the schema extraction both
// ask here, so that the bytes and the announced schema of a type cannot drift apart.
//
//   Rust                          C++
//   bool, u8 … u64, i8 … i64      bool, the integer of that width and sign; std::byte is a u8
//   u128, i128, f32, f64, char    U128, I128, float, double, char32_t
//   String, &str                  std::string, std::string_view (a view into the payload)
//   Vec<T>, &[T]                  std::vector<T>, std::span<T const> (bytes only, a view)
//   BTreeSet, HashSet             std::set, std::unordered_set
//   BTreeMap, HashMap             std::map, std::unordered_map
//   [T; N], Option<T>, (A, B)     std::array, std::optional, std::tuple or std::pair
//   Box<T>, Arc<T>                std::unique_ptr<T>, std::shared_ptr<T>, never null
//   Result<T, E>                  std::expected<T, E>
//   (), unit struct               std::monostate, std::tuple<>, a described struct without members
//   struct                        a struct with BOOST_DESCRIBE_STRUCT and `rust_name`
//   enum with payloads            std::variant of alternatives, or a class derived from one
//   enum without payloads         a C++ enum with BOOST_DESCRIBE_ENUM; the index is the position
//   Infallible, Payload           shape::Never, shape::Payload
//   Tx<T>, Rx<T>                  a class that satisfies shape::ChannelHandle
//
// A described struct says more about itself by static members and marker types:
//   static constexpr std::string_view rust_name = "Point";     the Rust type's name
//   static constexpr std::string_view name = "Circle";         as alternative: the variant's name
//   static constexpr std::array<std::string_view, 1> type_params{"T"};
//   using type_args = vox::shape::Types<T>;                    generics: parameters and arguments
//   static constexpr std::array<std::string_view, 1> defaulted{"note"};    fields with a default
//   using transparent = void;     #[facet(transparent)]: it vanishes, only its member remains
//   using tuple_struct = void;    struct Name(A, B)
//   using newtype = void;         as alternative: Variant(T), T being the one member
//   using tuple_variant = void;   as alternative: Variant(A, B)
// An alternative that has a rust_name besides its name is the newtype variant of itself, as in
// `enum Reply { Pong(Pong) }`; without members it is a unit variant, otherwise a struct variant.
// Members are named as in Rust; one trailing underscore, for C++ keywords, does not count.
namespace vox::shape {

template <class... T>
struct Types {};

// Says for a type that cannot say it itself, an enum or a std::variant, what a struct says by
// static members: specialise it with rust_name and, for generics, type_params and type_args.
template <class T>
struct Declared {
  using unspecified = void;
};

namespace detail {

template <class T>
using DeclarationOf =
    std::conditional_t<requires { typename Declared<T>::unspecified; }, T, Declared<T>>;

}  // namespace detail

template <class T>
concept Named = requires {
  { detail::DeclarationOf<T>::rust_name } -> std::convertible_to<std::string_view>;
};

// The Rust name of a struct or enum.
template <Named T>
inline constexpr std::string_view name = detail::DeclarationOf<T>::rust_name;

// The names of a generic declaration's parameters, and the types that stand for them here.
template <class T>
constexpr std::span<std::string_view const> type_params() {
  if constexpr (requires { detail::DeclarationOf<T>::type_params; }) {
    return detail::DeclarationOf<T>::type_params;
  } else {
    return {};
  }
}
template <class T>
struct TypeArgs {
  using type = Types<>;
};
template <class T>
  requires requires { typename detail::DeclarationOf<T>::type_args; }
struct TypeArgs<T> {
  using type = typename detail::DeclarationOf<T>::type_args;
};
template <class T>
using type_args = typename TypeArgs<T>::type;

[[nodiscard]] constexpr std::string_view field_name(std::string_view member) {
  return member.ends_with('_') ? member.substr(0, member.size() - 1) : member;
}

// Whether a receiver may leave the field at its default when the sender has none.
template <class T>
constexpr bool is_defaulted(std::string_view field) {
  if constexpr (requires { T::defaulted; }) {
    return std::ranges::find(T::defaulted, field) != std::end(T::defaulted);
  } else {
    return false;
  }
}

// Calls visit(field, name) for the fields of a described value, in wire order.
template <class T, class Visit>
constexpr void for_each_field(T& value, Visit&& visit) {
  boost::mp11::mp_for_each<members_of<T>>(
      [&](auto member) { visit(value.*member.pointer, field_name(member.name)); });
}

// Calls visit(std::type_identity<Field>, name) for the fields of a described type, in wire order.
template <class T, class Visit>
constexpr void for_each_field_type(Visit&& visit) {
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
    visit(std::type_identity<Field>{}, field_name(member.name));
  });
}

// The one field of a transparent struct or a newtype variant.
template <class T>
  requires(member_count<T> == 1)
constexpr auto& sole_field(T& value) {
  return value.*boost::mp11::mp_front<members_of<T>>::pointer;
}
template <class T>
using sole_field_type = std::remove_cvref_t<decltype(sole_field(std::declval<T&>()))>;

// The alternatives of a sum, in wire order, as Types<…>.
template <class... A>
Types<A...> alternatives_of(std::variant<A...> const&);
template <Sum T>
using alternatives = decltype(shape::alternatives_of(std::declval<T const&>()));

template <class A>
concept Alternative = boost::describe::has_describe_members<A>::value && requires {
  { A::name } -> std::convertible_to<std::string_view>;
};

enum class VariantKind : std::uint8_t { unit, newtype, tuple, structure };

template <Alternative A>
consteval VariantKind variant_kind() {
  if constexpr (requires { typename A::newtype; }) {
    static_assert(member_count<A> == 1, "a newtype variant has one member");
    return VariantKind::newtype;
  } else if constexpr (requires { typename A::tuple_variant; }) {
    return VariantKind::tuple;
  } else if constexpr (requires { A::rust_name; }) {
    return VariantKind::newtype;
  } else {
    return member_count<A> == 0 ? VariantKind::unit : VariantKind::structure;
  }
}

// What a newtype variant holds: its one member, or itself where it has a Rust name of its own.
template <Alternative A>
struct NewtypePayload {
  using type = A;
};
template <Alternative A>
  requires requires { typename A::newtype; }
struct NewtypePayload<A> {
  using type = sole_field_type<A>;
};
template <Alternative A>
using newtype_payload = typename NewtypePayload<A>::type;

// The Rust name of an enumerator: division_by_zero is DivisionByZero.
[[nodiscard]] inline std::string pascal_case(std::string_view snake) {
  std::string pascal;
  bool starts_word = true;
  for (char const c : snake) {
    if (c == '_') {
      starts_word = true;
      continue;
    }
    bool const raise = starts_word && c >= 'a' && c <= 'z';
    pascal += raise ? static_cast<char>(c - 'a' + 'A') : c;
    starts_word = false;
  }
  return pascal;
}

// The Rust variant names of an enum without payloads, in wire order.
template <class E>
  requires std::is_enum_v<E>
[[nodiscard]] std::vector<std::string> choice_names() {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto enumerator) { names.push_back(pascal_case(enumerator.name)); });
  return names;
}

}  // namespace vox::shape
