#pragma once
#include "impl/wire/bytes.hpp"

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// What stands in the fields of frames, whatever layer they are of: a tree of plain values.
namespace voxspec {

struct Value;
struct Entry;
using ValueList = std::vector<Value>;

// CBOR's null. In place of a field: there is no such field.
struct Null {
  bool operator==(Null const&) const = default;
};
// An optional field that is there and empty: a key or a number that is none.
struct None {
  bool operator==(None const&) const = default;
};
struct Undefined {
  bool operator==(Undefined const&) const = default;
};

// Named values in the order in which they stand on the wire.
struct Record {
  std::vector<Entry> entries;

  [[nodiscard]] Value const* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);
  // The value of that name; a new one at the end if there is none.
  Value& operator[](std::string_view name);
  bool operator==(Record const&) const;
};
// A CBOR map that no Record can hold: keys and values in turn.
struct Pairs {
  ValueList items;
  bool operator==(Pairs const&) const;
};
struct Tagged {
  std::uint64_t tag = 0;
  ValueList item;  // one
  bool operator==(Tagged const&) const;
};
// CBOR in place of a field that is of another type.
struct Foreign {
  ValueList item;  // one
  bool operator==(Foreign const&) const;
};

template <class T>
inline constexpr bool is_value_alternative = boost::mp11::mp_contains<
    boost::mp11::mp_list<Null, None, Undefined, bool, std::uint64_t, std::int64_t, double,
                         std::string, vox::Bytes, ValueList, Record, Pairs, Tagged, Foreign>,
    T>::value;

// Numbers are unsigned where they can be; parities, directions and names of variants are texts.
struct Value {
  std::variant<Null, None, Undefined, bool, std::uint64_t, std::int64_t, double, std::string,
               vox::Bytes, ValueList, Record, Pairs, Tagged, Foreign>
      of;

  Value() = default;
  template <class Alternative>
    requires(is_value_alternative<std::remove_cvref_t<Alternative>>)
  Value(Alternative&& value) : of{std::forward<Alternative>(value)} {}
  Value(std::string_view text);
  Value(char const* text);

  template <class Alternative>
  [[nodiscard]] Alternative const* get() const {
    return std::get_if<Alternative>(&of);
  }
  template <class Alternative>
  [[nodiscard]] Alternative* get() {
    return std::get_if<Alternative>(&of);
  }
  template <class Alternative>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<Alternative>(of);
  }
  [[nodiscard]] bool is_absent() const { return is<Null>() || is<None>(); }
  // The number, if it is an unsigned one.
  [[nodiscard]] std::optional<std::uint64_t> number() const;
  [[nodiscard]] std::optional<std::string_view> text() const;

  bool operator==(Value const&) const;
};

struct Entry {
  std::string name;
  Value value;
  bool operator==(Entry const&) const = default;
};

// Defined here, where Entry is complete: they may have to destroy what the variant holds.
inline Value::Value(std::string_view text) : of{std::string{text}} {}
inline Value::Value(char const* text) : of{std::string{text}} {}

[[nodiscard]] Value number_value(std::int64_t number);

}  // namespace voxspec
