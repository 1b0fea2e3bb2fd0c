#pragma once
#include "impl/wire/postcard.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

// Values as the JSON of the postcard vectors shows them; for tests only.
namespace vox::wire::test {

using nlohmann::json;
using shape::Kind;

template <class T>
json json_of(T const& value);

// Whole numbers that a double cannot hold are decimal text.
template <class T>
json number_json(T value) {
  constexpr std::int64_t exact_max = std::int64_t{1} << 53U;
  auto const negative = [&] {
    if constexpr (T(-1) < T(0)) return value < 0;
    return false;
  }();
  auto magnitude = negative ? ~static_cast<U128>(value) + 1 : static_cast<U128>(value);
  if (magnitude <= static_cast<U128>(exact_max)) return static_cast<std::int64_t>(value);
  std::string digits;
  for (; magnitude > 0; magnitude /= 10)
    digits += static_cast<char>('0' + static_cast<int>(magnitude % 10));
  if (negative) digits += '-';
  return std::string{digits.rbegin(), digits.rend()};
}

template <class T>
json float_json(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return static_cast<double>(value);
}

template <class T>
json primitive_json(T const& value) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, std::string>) {
    return value;
  } else if constexpr (std::same_as<T, char32_t>) {
    return std::string{as_text(ByteView{encode_value(value)}.subspan(1))};
  } else if constexpr (std::floating_point<T>) {
    return float_json(value);
  } else {
    return number_json(value);
  }
}

template <class T>
json list_json(T const& list) {
  if constexpr (shape::is_byte<typename T::value_type>) {
    return {{"hex", to_hex(std::as_bytes(std::span{list.data(), list.size()}))}};
  } else {
    json array = json::array();
    for (typename T::value_type const& element : list)
      array.push_back(json_of(element));
    return array;
  }
}

template <class T>
json fields_json(T const& value, bool by_name) {
  json fields = by_name ? json::object() : json::array();
  shape::for_each_field(value, [&](auto const& field, std::string_view name) {
    if (by_name) {
      fields[std::string{name}] = json_of(field);
    } else {
      fields.push_back(json_of(field));
    }
  });
  return fields;
}

template <class A>
json alternative_json(A const& alternative) {
  constexpr auto kind = shape::variant_kind<A>();
  std::string name{A::name};
  if constexpr (kind == shape::VariantKind::unit) {
    return name;
  } else if constexpr (kind == shape::VariantKind::newtype) {
    return {{name, json_of(shape::sole_field(alternative))}};
  } else {
    return {{name, fields_json(alternative, kind == shape::VariantKind::structure)}};
  }
}

template <class T>
json result_json(T const& result) {
  if (!result) return {{"Err", json_of(result.error())}};
  if constexpr (std::is_void_v<typename T::value_type>) {
    return {{"Ok", nullptr}};
  } else {
    return {{"Ok", json_of(*result)}};
  }
}

template <class T>
json choice_json(T value) {
  auto const position = std::ranges::find(detail::choices<T>, value) - detail::choices<T>.begin();
  return shape::choice_names<T>().at(static_cast<std::size_t>(position));
}

template <class T>
json json_of(T const& value) {
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == Kind::primitive) {
    return primitive_json(value);
  } else if constexpr (kind == Kind::list || kind == Kind::array || kind == Kind::set) {
    return list_json(value);
  } else if constexpr (kind == Kind::map) {
    json pairs = json::array();
    for (auto const& [key, mapped] : value) {
      pairs.push_back(json::array({json_of(key), json_of(mapped)}));
    }
    return pairs;
  } else if constexpr (kind == Kind::option) {
    if (!value) return nullptr;
    auto inner = json_of(*value);
    // Some(nothing) must not look like None.
    return inner.is_null() ? json{{"Some", nullptr}} : inner;
  } else if constexpr (kind == Kind::pointer) {
    return json_of(*value);
  } else if constexpr (kind == Kind::tuple) {
    json elements = json::array();
    std::apply([&](auto const&... element) { (elements.push_back(json_of(element)), ...); }, value);
    return elements;
  } else if constexpr (kind == Kind::result) {
    return result_json(value);
  } else if constexpr (kind == Kind::choice) {
    return choice_json(value);
  } else if constexpr (kind == Kind::sum) {
    return std::visit([](auto const& alternative) { return alternative_json(alternative); },
                      shape::as_variant(value));
  } else if constexpr (kind == Kind::transparent) {
    return json_of(shape::sole_field(value));
  } else if constexpr (kind == Kind::unit) {
    return nullptr;
  } else {
    return fields_json(value, kind == Kind::structure);
  }
}

}  // namespace vox::wire::test
