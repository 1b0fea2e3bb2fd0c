#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"

#include <cstdint>
#include <string>

// The values of a resolved frame, on their way to the wire. What cannot go there throws Fault;
// names that are left over are such a thing.
namespace voxspec {

[[noreturn]] void refuse(std::string what);

[[nodiscard]] std::string literal(Json const& value);
[[nodiscard]] std::uint64_t number(Json const& value);
[[nodiscard]] vox::Bytes bytes_of(Json const& value);
// 0 for odd, 1 for even: the index in both postcard and CBOR.
[[nodiscard]] std::uint8_t parity_index(Json const& value);

}  // namespace voxspec
