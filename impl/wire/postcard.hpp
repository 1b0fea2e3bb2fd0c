#pragma once
#include "impl/wire/postcard_scalars.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/shape.hpp"
#include "impl/wire/writer.hpp"
#include "spec/assert.hpp"
#include "spec/limits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

// Application values as vox's postcard: arguments, return values and channel items. Which Rust type
// a C++ type stands for, and so its bytes, is said in impl/wire/shape.hpp.
// r[impl zerocopy.framing.value] r[impl zerocopy.framing.value.opaque]
namespace vox::wire {

namespace detail {

using shape::Kind;

// The fewest bytes that a value of the type takes, so that a count can be held against what is
// left.
template <class T>
consteval std::size_t bytes_min() {
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == Kind::primitive) {
    if (std::floating_point<T>) return sizeof(T);
    return std::same_as<T, char32_t> ? 2 : 1;
  } else if constexpr (kind == Kind::unit || kind == Kind::never) {
    return 0;
  } else if constexpr (kind == Kind::payload) {
    return 4;
  } else if constexpr (kind == Kind::array) {
    return std::tuple_size_v<T> * bytes_min<typename T::value_type>();
  } else if constexpr (kind == Kind::pointer) {
    return bytes_min<typename T::element_type>();
  } else if constexpr (kind == Kind::tuple) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (bytes_min<std::tuple_element_t<I, T>>() + ... + 0);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (kind == Kind::structure || kind == Kind::tuple_struct ||
                       kind == Kind::transparent) {
    std::size_t sum = 0;
    shape::for_each_field_type<T>([&]<class Field>(std::type_identity<Field>, std::string_view) {
      sum += bytes_min<Field>();
    });
    return sum;
  } else {
    return 1;  // A count, an index, a flag or an id.
  }
}

template <class E>
inline constexpr auto choices = []<class... D>(boost::mp11::mp_list<D...>) {
  return std::array<E, sizeof...(D)>{D::value...};
}(boost::mp11::mp_rename<boost::describe::describe_enumerators<E>, boost::mp11::mp_list>{});

}  // namespace detail

// Appends the value; it cannot fail. Null pointers, enumerators without a name, char32_t values
// that are no characters and values of shape::Never are errors of the caller and end the program.
template <class T>
void put_value(Writer& writer, T const& value);

namespace detail {

template <class T>
void put_members(Writer& writer, T const& value) {
  shape::for_each_field(value,
                        [&](auto const& field, std::string_view) { put_value(writer, field); });
}

template <class T>
void put_primitive(Writer& writer, T const& value) {
  if constexpr (std::same_as<T, bool>) {
    writer.put_bool(value);
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    writer.put_text(value);
  } else if constexpr (std::same_as<T, std::byte>) {
    writer.put_u8(std::to_integer<std::uint8_t>(value));
  } else if constexpr (std::same_as<T, float> || std::same_as<T, double>) {
    put_float(writer, value);
  } else if constexpr (std::same_as<T, char32_t>) {
    put_character(writer, value);
  } else if constexpr (std::same_as<T, U128>) {
    put_varint_128(writer, value);
  } else if constexpr (std::same_as<T, I128>) {
    put_zigzag_128(writer, value);
  } else if constexpr (sizeof(T) == 1) {
    writer.put_u8(static_cast<std::uint8_t>(value));
  } else if constexpr (std::signed_integral<T>) {
    writer.put_zigzag(value);
  } else {
    writer.put_varint(value);
  }
}

template <class T>
void put_elements(Writer& writer, T const& list) {
  using Element = std::remove_cv_t<typename T::value_type>;
  if constexpr (shape::is_byte<Element> && requires { list.data(); }) {
    writer.put_bytes(std::as_bytes(std::span{list.data(), list.size()}));
  } else {
    for (Element const& element : list)
      put_value(writer, element);
  }
}

template <class E>
void put_choice(Writer& writer, E value) {
  auto const* const found = std::ranges::find(choices<E>, value);
  VOX_ASSERT(found != choices<E>.end());
  writer.put_varint(static_cast<std::uint64_t>(found - choices<E>.begin()));
}

template <class T>
void put_sum(Writer& writer, T const& sum) {
  auto const& variant = shape::as_variant(sum);
  VOX_ASSERT(!variant.valueless_by_exception());
  writer.put_varint(variant.index());
  std::visit([&](auto const& alternative) { put_members(writer, alternative); }, variant);
}

template <class T>
void put_result(Writer& writer, T const& result) {
  writer.put_u8(result ? 0 : 1);
  if (!result) return put_value(writer, result.error());
  if constexpr (!std::is_void_v<typename T::value_type>) put_value(writer, *result);
}

}  // namespace detail

template <class T>
void put_value(Writer& writer, T const& value) {
  using shape::Kind;
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == Kind::primitive) {
    detail::put_primitive(writer, value);
  } else if constexpr (kind == Kind::list || kind == Kind::set) {
    writer.put_varint(value.size());
    detail::put_elements(writer, value);
  } else if constexpr (kind == Kind::array) {
    detail::put_elements(writer, value);
  } else if constexpr (kind == Kind::map) {
    writer.put_varint(value.size());
    for (auto const& [key, mapped] : value) {
      put_value(writer, key);
      put_value(writer, mapped);
    }
  } else if constexpr (kind == Kind::option) {
    writer.put_bool(value.has_value());
    if (value) put_value(writer, *value);
  } else if constexpr (kind == Kind::pointer) {
    VOX_ASSERT(value != nullptr);
    put_value(writer, *value);
  } else if constexpr (kind == Kind::tuple) {
    std::apply([&](auto const&... element) { (put_value(writer, element), ...); }, value);
  } else if constexpr (kind == Kind::result) {
    detail::put_result(writer, value);
  } else if constexpr (kind == Kind::payload) {
    writer.put_opaque(value.bytes);
  } else if constexpr (kind == Kind::channel) {
    writer.put_varint(value.channel_id());
  } else if constexpr (kind == Kind::choice) {
    detail::put_choice(writer, value);
  } else if constexpr (kind == Kind::sum) {
    detail::put_sum(writer, value);
  } else if constexpr (kind == Kind::never) {
    constexpr bool has_values = false;
    VOX_ASSERT(has_values);
  } else if constexpr (kind != Kind::unit) {
    detail::put_members(writer, value);
  }
}

// Takes values of described types off a reader, whose strictness and failures hold here, too. What
// a value owns grows with what is there, never with what is claimed; values nested more deeply than
// the limit fail, and so do too many list elements that take no bytes.
class ValueReader {
 public:
  explicit ValueReader(Reader& reader, Limits const& limits = {})
      : reader_{&reader}, limits_{limits} {}

  template <class T>
  void take(T& value);
  template <class T>
  [[nodiscard]] T take() {
    T value{};
    take(value);
    return value;
  }

 private:
  template <class T>
  void take_primitive(T& value);
  template <class T>
  void take_integer(T& value);
  template <class T>
  void take_list(T& list);
  template <class T>
  void take_set(T& set);
  template <class T>
  void take_map(T& map);
  template <class T>
  void take_array(T& array);
  template <class T>
  void take_result(T& result);
  template <class T>
  void take_sum(T& sum);
  template <class T>
  void take_members(T& value);
  [[nodiscard]] std::size_t take_count(std::size_t element_bytes_min);

  Reader* reader_;
  Limits limits_;
  std::size_t depth_ = 0;
};

// Encodes one value; decodes one value that fills the payload. Views in the value point into it.
template <class T>
void encode_value(Buffer& out, T const& value) {
  Writer writer{out};
  put_value(writer, value);
}
template <class T>
[[nodiscard]] Bytes encode_value(T const& value) {
  Buffer out;
  encode_value(out, value);
  return std::move(out).take();
}
template <class T>
[[nodiscard]] Result<T> decode_value(ByteView payload, Strictness strictness = Strictness::strict,
                                     Rule rule = "zerocopy.framing.value",
                                     Limits const& limits = {}) {
  Reader reader{payload, rule, strictness};
  T value{};
  ValueReader{reader, limits}.take(value);
  return reader.result(std::move(value));
}

}  // namespace vox::wire

#include "impl/wire/postcard_reading.hpp"
