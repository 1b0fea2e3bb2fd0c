#include "impl/schema/kind.hpp"

#include <algorithm>

namespace vox::schema {

std::optional<Primitive> primitive_named(std::string_view name) {
  auto const* const found = std::ranges::find(primitive_names, name);
  if (found == primitive_names.end()) return std::nullopt;
  return static_cast<Primitive>(found - primitive_names.begin());
}

std::string_view nominal_name(Kind const& kind) {
  if (auto const* const structure = std::get_if<Struct>(&kind)) return structure->name;
  if (auto const* const enumeration = std::get_if<Enum>(&kind)) return enumeration->name;
  return {};
}

}  // namespace vox::schema
