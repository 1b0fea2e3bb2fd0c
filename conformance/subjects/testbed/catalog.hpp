#pragma once
#include "impl/schema/extract.hpp"
#include "impl/schema/type_graph.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace voxspec::testbed {

// A method as those look at it who know its types only at run time.
struct CatalogEntry {
  std::string_view service;
  // As cases name it: a method of Testbed alone, others behind their service, as "Probe.run".
  std::string name;
  std::uint64_t id = 0;
  bool idempotent = false;
  vox::schema::LocalType const* args = nullptr;      // a tuple, or the unit
  vox::schema::LocalType const* response = nullptr;  // Result<T, VoxError<E>>
  // The same types as they are built, for values of which only the type is known.
  vox::schema::TypeNode const* args_node = nullptr;
  vox::schema::TypeNode const* response_node = nullptr;
};

// The methods of Testbed and then those of Probe, each in the order of its contract. The types live
// as long as the program.
[[nodiscard]] std::span<CatalogEntry const> catalog();
// Null for a name, or an id, that no method has.
[[nodiscard]] CatalogEntry const* find_method(std::string_view name);
[[nodiscard]] CatalogEntry const* find_method(std::uint64_t id);

}  // namespace voxspec::testbed
