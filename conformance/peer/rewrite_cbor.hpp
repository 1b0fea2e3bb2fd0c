#pragma once
#include "conformance/peer/frame.hpp"

namespace voxspec {

// The same CBOR items with other heads. What is not well-formed is copied as it is.
[[nodiscard]] vox::Bytes rewritten_cbor(vox::ByteView items, Writing const& writing);

}  // namespace voxspec
