#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/peer/frame_kinds.hpp"

#include <cstdint>
#include <string_view>

// Frames as a trace writes them, made into the one form that the codec and the matcher read: every
// name checked, every number and run of bytes in its canonical spelling, and for frames to send
// every field present. Doing it again changes nothing. All of it throws Fault.
namespace voxspec {

// What a template is for: to be sent, to be matched on the connection that it names (the root if it
// names none), or to be matched on any connection unless it names one.
enum class Use : std::uint8_t { send, pattern, pattern_anywhere };

[[nodiscard]] Json frame_template(Place const& place, Use use);

// The value of one field. `loose` lets values of a wrong type pass, as CBOR can carry them.
[[nodiscard]] Json field_template(Place const& place, FieldType type, Use use, bool loose = false);

// One entry of a metadata list.
[[nodiscard]] Json metadata_entry_template(Place const& place, Use use, bool loose);
// An operator in place of a field's value.
[[nodiscard]] Json matcher_template(Place const& place, FieldType type, Use use, bool loose);
// The operators in a pattern whose shape is free: of schemas, and of values.
void check_free_pattern(Place const& place);

// True for "$name", false for "$$text" and everything else.
[[nodiscard]] bool is_name(Json const& value);
// The operators of patterns: any, one_of, range, absent, has, not.
[[nodiscard]] std::span<std::string_view const> matcher_words();
// {"any": …} and the like.
[[nodiscard]] bool is_matcher(Json const& value);
// The words that "any" takes.
[[nodiscard]] std::span<std::string_view const> any_words();
// {"ours": n} or {"theirs": n}.
[[nodiscard]] bool is_id_template(Json const& value);

}  // namespace voxspec
