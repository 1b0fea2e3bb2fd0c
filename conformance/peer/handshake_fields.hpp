#pragma once
#include "conformance/peer/frame.hpp"
#include "impl/wire/writer.hpp"

#include <string>
#include <vector>

// The map of a handshake message as fields. Other than in a message, a field may be missing (Null),
// of another type (Foreign), or unknown: an entry of `extra`.
namespace voxspec {

[[nodiscard]] Record handshake_fields(FrameKind const& kind, Record const& map);

// Appends the message with its fields in their order, but those named in `first` before the others.
// Throws Unwritable.
void put_handshake(vox::wire::Buffer& out, Frame const& frame,
                   std::vector<std::string> const& first);

}  // namespace voxspec
