#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/value.hpp"
#include "impl/schema/type_graph.hpp"

#include <string>
#include <string_view>

// Types that a case writes down, so that it can describe and encode what Testbed does not have. A
// type is one of
//   "i32", "Point"              a primitive, one of `types`, or a type of Testbed
//   ["i32", "string"]           a tuple; [] is the unit
//   {"list": T}, {"option": T}, {"tx": T}, {"rx": T}, {"array": T, "length": n}, {"map": [K, V]}
//   {"returns": T, "fails": E}  Result<T, VoxError<E>>; E is never where it is missing
// and the types of `types`, by their names, are
//   {"struct": {"x": T, …}}     {"defaulted": T} is a field that its sender may leave out
//   {"enum": {"A": null, "B": {"newtype": T}, "C": {"tuple": [T, …]}, "D": {"struct": {…}}}}
namespace voxspec {

// `place` has "as" and may have "types". The error is thrown as a Fault.
[[nodiscard]] std::string written_type(Place const& place);
// The type of such a text; it lives as long as the program.
[[nodiscard]] vox::schema::TypeGraph::Node written_node(std::string_view text);
// The text as the JSON it was made of.
[[nodiscard]] Json written_json(std::string_view text);

// {"as": T, "types": …, "without": [T, …]}: the schemas of a type, with the ids that their content
// gives them. What "without" names is left out; "all" leaves only the root.
[[nodiscard]] Value written_schemas(Place const& place);

}  // namespace voxspec
