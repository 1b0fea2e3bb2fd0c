#pragma once
#include "spec/rule.hpp"

#include <expected>
#include <filesystem>
#include <map>
#include <string>

namespace voxspec {

// Rules that a peer could see in principle and that no case judges, each with the reason why none
// can.
using Ledger = std::map<vox::Rule, std::string>;

// Reads spec/ledger.json: {"about", "unseen": [{"rule", "reason"}], "chapters": [{"chapter",
// "reason"}]}, where a chapter stands for all its rules. The error is one line.
[[nodiscard]] std::expected<Ledger, std::string> load_ledger(std::filesystem::path const& file);

}  // namespace voxspec
