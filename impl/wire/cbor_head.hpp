#pragma once
#include <cstddef>
#include <cstdint>

// The first byte of an item of CBOR (RFC 8949, 3): the major type in its upper three bits, and in
// the others a number, or in how many bytes behind it the number stands.
namespace vox::wire::cbor {

inline constexpr std::uint8_t major_uint = 0;
inline constexpr std::uint8_t major_negative = 1;
inline constexpr std::uint8_t major_bytes = 2;
inline constexpr std::uint8_t major_text = 3;
inline constexpr std::uint8_t major_array = 4;
inline constexpr std::uint8_t major_map = 5;
inline constexpr std::uint8_t major_tag = 6;
inline constexpr std::uint8_t major_other = 7;

inline constexpr std::uint8_t info_one_byte = 24;  // the argument follows in 1, 2, 4 or 8 bytes
inline constexpr std::uint8_t info_two_bytes = 25;
inline constexpr std::uint8_t info_eight_bytes = 27;  // beyond it: reserved, and indefinite lengths
inline constexpr std::uint8_t info_indefinite = 31;

// Of the last major type.
inline constexpr std::uint8_t info_false = 20;
inline constexpr std::uint8_t info_true = 21;
inline constexpr std::uint8_t info_null = 22;
inline constexpr std::uint8_t info_undefined = 23;
inline constexpr std::byte break_byte{0xFF};  // ends what has an indefinite length

}  // namespace vox::wire::cbor
