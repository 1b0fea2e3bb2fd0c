#pragma once
#include "conformance/trace/trace.hpp"

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace voxspec {

// Writes each case as a file of its own below the folder, with index.json, frames.json and the
// schema of them. A folder that is not empty has to be one that this function wrote; the cases of
// its index are removed first. The error is one line.
[[nodiscard]] std::expected<void, std::string> write_cases(std::filesystem::path const& folder,
                                                           std::vector<Case const*> const& cases,
                                                           std::filesystem::path const& schema,
                                                           vox::Dialect dialect);

}  // namespace voxspec
