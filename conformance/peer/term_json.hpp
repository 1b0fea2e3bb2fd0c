#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/term.hpp"

// Terms as a trace writes them.
namespace voxspec {

// What a term is read for: to be sent, to be matched on the connection that it names (the root if
// it names none), or to be matched on any connection unless it names one.
enum class Use : std::uint8_t { send, pattern, pattern_anywhere };

// A frame of the dialect with all its names checked, and for one to send every field present.
// Throws Fault.
[[nodiscard]] Template read_template(Place const& place, Dialect dialect = Dialect::vox_0_4);
[[nodiscard]] Pattern read_pattern(Place const& place, Use use = Use::pattern,
                                   Dialect dialect = Dialect::vox_0_4);
// The value of one field. `loose` takes values of a wrong type, as CBOR can carry them. Throws
// Fault.
[[nodiscard]] Term read_term(Place const& place, FieldType type, Use use, bool loose = false);

// What reading gives the same term of.
[[nodiscard]] Json term_json(Term const& term, FieldType type);
[[nodiscard]] Json term_json(FrameTerm const& frame);

// The text "$name".
[[nodiscard]] bool is_name(Json const& value);

}  // namespace voxspec
