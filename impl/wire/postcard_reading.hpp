#pragma once
// The templates of ValueReader: the end of impl/wire/postcard.hpp, which alone includes it.
#include <boost/mp11/algorithm.hpp>

#include <tuple>
#include <variant>

namespace vox::wire {

template <class T>
void ValueReader::take_integer(T& value) {
  auto const wide = [&] {
    if constexpr (std::signed_integral<T>) {
      return reader_->take_zigzag();
    } else {
      return reader_->take_varint();
    }
  }();
  if (!std::in_range<T>(wide) && reader_->strictness() == Strictness::strict) {
    reader_->fail("a number exceeds its type");
  }
  value = reader_->failed() ? T{} : static_cast<T>(wide);
}

template <class T>
void ValueReader::take_primitive(T& value) {
  if constexpr (std::same_as<T, bool>) {
    value = reader_->take_bool();
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    value = reader_->take_text();
  } else if constexpr (std::same_as<T, float>) {
    value = take_float(*reader_);
  } else if constexpr (std::same_as<T, double>) {
    value = take_double(*reader_);
  } else if constexpr (std::same_as<T, char32_t>) {
    value = take_character(*reader_);
  } else if constexpr (std::same_as<T, U128>) {
    value = take_varint_128(*reader_);
  } else if constexpr (std::same_as<T, I128>) {
    value = take_zigzag_128(*reader_);
  } else if constexpr (sizeof(T) == 1) {
    value = static_cast<T>(reader_->take_u8());
  } else {
    take_integer(value);
  }
}

inline std::size_t ValueReader::take_count(std::size_t element_bytes_min) {
  auto const count = reader_->take_count(element_bytes_min);
  if (element_bytes_min == 0 && count > limits_.unit_elements_max) {
    reader_->fail("a list has more elements without bytes than its limit");
  }
  return reader_->failed() ? 0 : static_cast<std::size_t>(count);
}

template <class T>
void ValueReader::take_list(T& list) {
  using Element = std::remove_cv_t<typename T::value_type>;
  constexpr bool is_view = requires { typename T::element_type; };
  if constexpr (shape::is_byte<Element>) {
    auto const bytes = reader_->take_sized_bytes();
    auto const* const first = reinterpret_cast<Element const*>(bytes.data());
    list = T(first, first + bytes.size());
  } else {
    static_assert(!is_view, "a span of anything but bytes can only be encoded");
    // Room for the first elements; the rest grows with what is there, however large an element is.
    constexpr std::size_t reserved_max = 1024;
    auto const count = take_count(detail::bytes_min<Element>());
    list.clear();
    list.reserve(std::min(count, reserved_max));
    for (std::size_t i = 0; i < count && !reader_->failed(); ++i) {
      list.push_back(take<Element>());
    }
  }
}

template <class T>
void ValueReader::take_set(T& set) {
  using Element = typename T::value_type;
  auto const count = take_count(detail::bytes_min<Element>());
  set.clear();
  for (std::size_t i = 0; i < count && !reader_->failed(); ++i)
    set.insert(take<Element>());
}

// The last of equal keys counts.
template <class T>
void ValueReader::take_map(T& map) {
  using Key = typename T::key_type;
  using Mapped = typename T::mapped_type;
  auto const count = take_count(detail::bytes_min<Key>() + detail::bytes_min<Mapped>());
  map.clear();
  for (std::size_t i = 0; i < count && !reader_->failed(); ++i) {
    auto key = take<Key>();
    map.insert_or_assign(std::move(key), take<Mapped>());
  }
}

template <class T>
void ValueReader::take_array(T& array) {
  if constexpr (shape::is_byte<typename T::value_type>) {
    auto const bytes = reader_->take_exactly(array.size());
    std::ranges::transform(bytes, array.begin(), [](std::byte byte) {
      return static_cast<typename T::value_type>(byte);
    });
  } else {
    for (auto& element : array)
      take(element);
  }
}

template <class T>
void ValueReader::take_result(T& result) {
  using Value = typename T::value_type;
  if (reader_->take_variant(2) == 1) {
    result = std::unexpected(take<typename T::error_type>());
  } else if constexpr (std::is_void_v<Value>) {
    result = T{};
  } else {
    result = take<Value>();
  }
}

template <class T>
void ValueReader::take_members(T& value) {
  // Every type that holds itself does so by way of a named type.
  if (depth_ == limits_.value_depth_max) reader_->fail("values are nested too deeply");
  if (reader_->failed()) return;
  ++depth_;
  shape::for_each_field(value, [&](auto& field, std::string_view) { take(field); });
  --depth_;
}

template <class T>
void ValueReader::take_sum(T& sum) {
  auto& variant = shape::as_variant(sum);
  constexpr auto alternatives = std::variant_size_v<std::remove_cvref_t<decltype(variant)>>;
  auto const index = reader_->take_variant(alternatives);
  if (reader_->failed()) return;
  boost::mp11::mp_with_index<alternatives>(static_cast<std::size_t>(index), [&](auto position) {
    take_members(variant.template emplace<position>());
  });
}

template <class T>
void ValueReader::take(T& value) {
  using shape::Kind;
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == Kind::primitive) {
    take_primitive(value);
  } else if constexpr (kind == Kind::list) {
    take_list(value);
  } else if constexpr (kind == Kind::set) {
    take_set(value);
  } else if constexpr (kind == Kind::map) {
    take_map(value);
  } else if constexpr (kind == Kind::array) {
    take_array(value);
  } else if constexpr (kind == Kind::option) {
    value.reset();
    if (reader_->take_bool()) take(value.emplace());
  } else if constexpr (kind == Kind::pointer) {
    value = T{new typename T::element_type{}};
    take(*value);
  } else if constexpr (kind == Kind::tuple) {
    std::apply([&](auto&... element) { (take(element), ...); }, value);
  } else if constexpr (kind == Kind::result) {
    take_result(value);
  } else if constexpr (kind == Kind::payload) {
    value.bytes = reader_->take_opaque();
  } else if constexpr (kind == Kind::channel) {
    value.set_channel_id(reader_->take_varint());
  } else if constexpr (kind == Kind::choice) {
    auto const index = reader_->take_variant(detail::choices<T>.size());
    value = detail::choices<T>[static_cast<std::size_t>(index)];
  } else if constexpr (kind == Kind::sum) {
    take_sum(value);
  } else if constexpr (kind == Kind::never) {
    reader_->fail("a value of a type that has none");
  } else if constexpr (kind != Kind::unit) {
    take_members(value);
  }
}

}  // namespace vox::wire
