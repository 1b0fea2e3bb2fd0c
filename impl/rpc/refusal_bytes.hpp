#pragma once
#include "impl/rpc/request_table.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/bytes.hpp"

#include <string>

namespace vox::rpc {

// The bytes of a response that is an error every method has.
[[nodiscard]] Bytes encode_refusal(schema::VoxError<> error);
// The bytes of a response that a request gets without an answer of its handler. `detail` says what
// is wrong with a payload; nothing else has one.
[[nodiscard]] Bytes refusal_bytes(Refuse kind, std::string detail = {});

}  // namespace vox::rpc
