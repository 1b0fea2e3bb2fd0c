#pragma once
#include "impl/schema/arena.hpp"
#include "impl/schema/text.hpp"

#include <cstdint>
#include <ranges>
#include <utility>
#include <variant>

namespace vox::schema {

// Names a type declaration: the first 8 bytes of the BLAKE3 hash of its structure, read as a
// little-endian number.
// r[impl schema.type-id]
using TypeId = std::uint64_t;

struct TypeRef;

// A declared type; `args` stand for the parameters of a generic declaration, in their order.
struct Concrete {
  TypeId type_id = 0;
  Parts<TypeRef> args;
  friend bool operator==(Concrete const& a, Concrete const& b);
};

// A parameter of the declaration in whose body the reference stands.
struct Variable {
  Text name;
  bool operator==(Variable const&) const = default;
};

// How one schema names another type.
// r[impl schema.format.type-ref]
struct TypeRef {
  std::variant<Concrete, Variable> form;

  [[nodiscard]] static TypeRef concrete(TypeId type_id, Parts<TypeRef> args = {}) {
    return {Concrete{.type_id = type_id, .args = std::move(args)}};
  }
  [[nodiscard]] static TypeRef variable(Text name) { return {Variable{std::move(name)}}; }
  bool operator==(TypeRef const&) const = default;
};

inline bool operator==(Concrete const& a, Concrete const& b) {
  return a.type_id == b.type_id && a.args == b.args;
}

// Calls visit(id) for every type id in the reference, outermost first.
template <class Ref, class Visit>
void for_each_type_id(Ref& reference, Visit const& visit) {
  auto* const concrete = std::get_if<Concrete>(&reference.form);
  if (concrete == nullptr) return;
  visit(concrete->type_id);
  for (auto& argument : concrete->args)
    for_each_type_id(argument, visit);
}

}  // namespace vox::schema
