#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/term.hpp"
#include "spec/parity.hpp"

namespace voxspec {

// A frame to expect as its fields in the order of their bytes, each with its encoding and what it
// has to be (docs/replaying.md): {"kind": …, "fields": [{"name": …, "encoding": …, "is": …}]}.
// `ours` is our parity in the session; ids that the parity of another connection decides are names
// already.
[[nodiscard]] Json field_list(FrameTerm const& pattern, vox::Parity ours);
// The same for any frame of the kind.
[[nodiscard]] Json field_list(FrameKind const& kind);
// A message as it stands in a stable frame of any number.
[[nodiscard]] Json in_stable_frame(Json message);

// What a value has to be.
[[nodiscard]] Json condition(Term const& term, FieldType type, vox::Parity ours);

}  // namespace voxspec
