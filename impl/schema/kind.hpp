#pragma once
#include "impl/schema/arena.hpp"
#include "impl/schema/text.hpp"
#include "impl/schema/type_ref.hpp"
#include "impl/wire/shape.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

// What a type is made of, as one schema says it. `tag` is the word that names the alternative both
// in CBOR and in the content hash.
namespace vox::schema {

// A type without parts. `never` has no values; `payload` is bytes behind a 4-byte length.
// r[impl schema.format.primitive]
enum class Primitive : std::uint8_t {
  boolean,
  u8,
  u16,
  u32,
  u64,
  u128,
  i8,
  i16,
  i32,
  i64,
  i128,
  f32,
  f64,
  character,
  string,
  unit,
  never,
  bytes,
  payload,
};
inline constexpr std::array<std::string_view, 19> primitive_names = {
    "bool", "u8",  "u16", "u32",  "u64",    "u128", "i8",    "i16",   "i32",    "i64",
    "i128", "f32", "f64", "char", "string", "unit", "never", "bytes", "payload"};

[[nodiscard]] constexpr std::string_view name_of(Primitive primitive) {
  return primitive_names[static_cast<std::size_t>(primitive)];
}
[[nodiscard]] std::optional<Primitive> primitive_named(std::string_view name);

// One member of a struct or of a struct variant. A field that is not required may be missing at the
// sender: the receiver has a default for it.
struct Field {
  Text name;
  TypeRef type;
  bool required = true;
  bool operator==(Field const&) const = default;
};

// What a variant of an enum carries.
struct UnitPayload {
  static constexpr std::string_view tag = "unit";
  bool operator==(UnitPayload const&) const = default;
};
struct NewtypePayload {
  static constexpr std::string_view tag = "newtype";
  TypeRef type;
  bool operator==(NewtypePayload const&) const = default;
};
struct TuplePayload {
  static constexpr std::string_view tag = "tuple";
  Parts<TypeRef> types;
  bool operator==(TuplePayload const&) const = default;
};
struct StructPayload {
  static constexpr std::string_view tag = "struct";
  Parts<Field> fields;
  bool operator==(StructPayload const&) const = default;
};
using VariantPayload = std::variant<UnitPayload, NewtypePayload, TuplePayload, StructPayload>;

// One alternative of an enum. The wire carries its place in the list; `index` is only announced.
struct Variant {
  Text name;
  std::uint32_t index = 0;
  VariantPayload payload;
  bool operator==(Variant const&) const = default;
};

// r[impl schema.format.struct]
struct Struct {
  static constexpr std::string_view tag = "struct";
  Text name;
  Parts<Field> fields;
  bool operator==(Struct const&) const = default;
};
// r[impl schema.format.enum]
struct Enum {
  static constexpr std::string_view tag = "enum";
  Text name;
  Parts<Variant> variants;
  bool operator==(Enum const&) const = default;
};
// r[impl schema.format.tuple]
struct Tuple {
  static constexpr std::string_view tag = "tuple";
  Parts<TypeRef> elements;
  bool operator==(Tuple const&) const = default;
};
// Lists, and sets too. r[impl schema.format.container]
struct List {
  static constexpr std::string_view tag = "list";
  TypeRef element;
  bool operator==(List const&) const = default;
};
struct Map {
  static constexpr std::string_view tag = "map";
  TypeRef key;
  TypeRef value;
  bool operator==(Map const&) const = default;
};
struct Array {
  static constexpr std::string_view tag = "array";
  TypeRef element;
  std::uint64_t length = 0;
  bool operator==(Array const&) const = default;
};
struct Option {
  static constexpr std::string_view tag = "option";
  TypeRef element;
  bool operator==(Option const&) const = default;
};
// r[impl schema.format.channel]
struct Channel {
  static constexpr std::string_view tag = "channel";
  shape::ChannelDirection direction = shape::ChannelDirection::tx;
  TypeRef element;
  bool operator==(Channel const&) const = default;
};

using Kind = std::variant<Primitive, Struct, Enum, Tuple, List, Map, Array, Option, Channel>;

// The name of a struct or enum, empty for all other kinds.
[[nodiscard]] std::string_view nominal_name(Kind const& kind);

namespace detail {

template <class Payload, class Visit>
void for_each_ref_in_payload(Payload& payload, Visit const& visit) {
  std::visit(
      [&](auto& form) {
        if constexpr (requires { form.type; }) visit(form.type);
        if constexpr (requires { form.types; }) {
          for (auto& type : form.types)
            visit(type);
        }
        if constexpr (requires { form.fields; }) {
          for (auto& field : form.fields)
            visit(field.type);
        }
      },
      payload);
}

}  // namespace detail

// Calls visit(reference) for every reference that the kind makes, in the order of the content hash.
// The visitor may change them if the kind can be changed.
template <class AnyKind, class Visit>
void for_each_ref(AnyKind& kind, Visit const& visit) {
  std::visit(
      [&](auto& form) {
        if constexpr (requires { form.key; }) visit(form.key), visit(form.value);
        if constexpr (requires { form.element; }) visit(form.element);
        if constexpr (requires { form.elements; }) {
          for (auto& element : form.elements)
            visit(element);
        }
        if constexpr (requires { form.fields; }) {
          for (auto& field : form.fields)
            visit(field.type);
        }
        if constexpr (requires { form.variants; }) {
          for (auto& variant : form.variants) {
            detail::for_each_ref_in_payload(variant.payload, visit);
          }
        }
      },
      kind);
}

}  // namespace vox::schema
