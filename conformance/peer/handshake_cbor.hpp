#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"

// The CBOR of the handshake as JSON and back, right or wrong: a field may be missing (null), of
// another type ({"cbor": …}), or unknown (an entry of "extra").
namespace voxspec {

// The body of one handshake frame, resolved; throws Fault.
[[nodiscard]] vox::Bytes handshake_bytes(FrameKind const& kind, Json const& body);

[[nodiscard]] vox::Result<Json> decode_handshake(vox::ByteView payload,
                                                 vox::wire::Strictness strictness);

}  // namespace voxspec
