#pragma once
#include "conformance/peer/bindings.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/term.hpp"

#include <optional>
#include <string>

namespace voxspec {

// Where a frame first differs from its pattern.
struct Mismatch {
  std::string path;  // JSON pointer into the frame: "/connection_open/metadata/0/key"
  Json expected;     // the part of the pattern
  Json got;          // the part of the frame; null with `missing`
  bool missing = false;
  std::string why;  // "expected 7, got 8"
};

// Judges one frame. Variables are bound as they are met, and stay bound only if all of it matched.
// A pattern without a kind takes every frame on its connection; a pattern for a message also looks
// inside a stable frame; one for a payload is compared with the bytes themselves.
[[nodiscard]] std::optional<Mismatch> match(FrameTerm const& pattern, Frame const& frame,
                                            Bindings& bindings, IdSpace const& ids);

// The pattern that a frame with at least these fields fits.
[[nodiscard]] Pattern pattern_of(Frame const& frame);

// Judges one value that stands in a field of this type.
[[nodiscard]] std::optional<Mismatch> match(Term const& pattern, Value const& value, FieldType type,
                                            Bindings& bindings, IdSpace const& ids);

}  // namespace voxspec
