#pragma once
#include "impl/wire/bytes.hpp"

#include <expected>
#include <string>

namespace voxspec {

// What an argument names: standard input (-), a file, or itself. The error is for the user.
[[nodiscard]] std::expected<std::string, std::string> read_content(std::string const& input);

// The same as bytes: of hex, in an argument or alone in a file, or as they stand in the file.
[[nodiscard]] std::expected<vox::Bytes, std::string> read_bytes(std::string const& input);

}  // namespace voxspec
