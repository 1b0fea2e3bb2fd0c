#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vox {

// Bytes somebody else owns. Whoever decodes into views keeps their backing alive.
using ByteView = std::span<std::byte const>;
using Bytes = std::vector<std::byte>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}
[[nodiscard]] inline bool equal(ByteView a, ByteView b) {
  return as_text(a) == as_text(b);
}

// Lowercase hex without separators, the one spelling of bytes in traces, vectors and reports.
[[nodiscard]] std::string to_hex(ByteView bytes);
// Reads hex, letting spaces and line breaks pass; nothing if a character or the count is wrong.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view hex);

}  // namespace vox
