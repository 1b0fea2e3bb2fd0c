#pragma once
#include "conformance/peer/term_json.hpp"

// The parts of reading terms: not to be used outside of it.
namespace voxspec {

// An operator in place of a field's value: {"any": …} and the like.
[[nodiscard]] bool is_matcher(Json const& value);
[[nodiscard]] Term read_matcher(Place const& place, FieldType type, Use use, bool loose);
// {"ours": n} or {"theirs": n}.
[[nodiscard]] bool is_id_by_side(Json const& value);
[[nodiscard]] IdOf read_id_by_side(Place const& place);
[[nodiscard]] Variable read_variable(Place const& place);

// A value whose shape is free: a schema, CBOR, a value of one of Testbed's types.
[[nodiscard]] Term read_free(Place const& place, FieldType type, Use use);

// Of settings, that they have no fields but their own. Says so of one that another dialect has.
void check_settings_keys(Place const& place, FieldType type);

// One entry of a metadata list.
[[nodiscard]] Term read_metadata_entry(Place const& place, Use use, bool loose);
// Two hex digits a byte.
[[nodiscard]] vox::Bytes read_hex(Place const& place);
// {"hex": …, "times": n}.
[[nodiscard]] Repeated read_repeated(Place const& place);
// {"hex": …}, {"text": …} or a value by its type.
[[nodiscard]] Term read_bytes(Place const& place, Use use);
// {"as": type, "value": …}, {"args_of": method, "value": […]} or {"returned_by": method, "value":
// …}: of a frame to send, encoded where nothing in it is open.
[[nodiscard]] Term read_typed(Place const& place, Use use);
// {"args_of": method} or {"returned_by": method} in place of schemas: the method's schema payload.
[[nodiscard]] Value schemas_of_method(Place const& place);

// A text without the second "$" that says that the first begins no name.
[[nodiscard]] std::string read_text(Place const& place);

[[nodiscard]] inline bool is_pattern(Use use) {
  return use != Use::send;
}

}  // namespace voxspec
