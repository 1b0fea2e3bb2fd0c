#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/trace/trace.hpp"

#include <string>
#include <vector>

namespace voxspec {

// What a case does, for a person: one paragraph on what it claims, then a line a step.
[[nodiscard]] std::string explain_case(Case const& trace);

// The case for those who have no codec, as docs/replaying.md describes it: macros, parameters and
// defaults resolved, frames to send as bytes with blanks for what depends on the subject, frames to
// expect as fields in the order of their bytes.
[[nodiscard]] Json expand_case(Case const& trace);
// What an index says of a case, but for its file.
[[nodiscard]] Json index_entry(Case const& trace);
// {kind: fields} of all frames, in the same form.
[[nodiscard]] Json frame_layouts(Dialect dialect = Dialect::vox_0_4);

}  // namespace voxspec
