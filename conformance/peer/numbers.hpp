#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// How numbers and bytes are written in traces.
namespace voxspec {

// The largest number that every JSON reader keeps exactly.
inline constexpr std::uint64_t plain_number_max = (std::uint64_t{1} << 53) - 1;

// A number, or a decimal string above 2^53 - 1.
[[nodiscard]] Json number_json(std::uint64_t value);
// An id that is a hash: always "0x" and 16 digits.
[[nodiscard]] Json hash_json(std::uint64_t value);
// A number, a decimal string or a "0x…" string; nothing else.
[[nodiscard]] std::optional<std::uint64_t> number_from(Json const& value);
// A number of either sign, or a decimal string.
[[nodiscard]] std::optional<std::int64_t> signed_number_from(Json const& value);

[[nodiscard]] Json hex_json(vox::ByteView bytes);

}  // namespace voxspec
