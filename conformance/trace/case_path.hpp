#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace voxspec {

// The file of a case below a folder of expanded cases: its id with ".json" behind it. What no file
// can be called, or would lead out of the folder, is written as %xx; no two ids have one file.
[[nodiscard]] std::string case_path(std::string_view id);

}  // namespace voxspec
