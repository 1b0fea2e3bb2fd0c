#pragma once
#include "impl/rpc/operation.hpp"
#include "impl/wire/bytes.hpp"

namespace vox::rpc {

// The digest of arguments. What a store keeps is BLAKE3. What lives in memory only is a fast hash
// of 128 bits and the length: a peer that makes two arguments with one hash is merely answered for
// the first when it asks for the second.
// r[impl retry.op-id.payload-binding]
[[nodiscard]] PayloadDigest durable_digest(ByteView payload);
[[nodiscard]] PayloadDigest memory_digest(ByteView payload);

}  // namespace vox::rpc
