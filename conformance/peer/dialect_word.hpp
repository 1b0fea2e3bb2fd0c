#pragma once
#include "spec/dialect.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// Dialects by the words that files, options and reports have for them: vox_0_4, vox_0_5.
namespace voxspec {

// In the order of the enumerators.
[[nodiscard]] std::span<std::string_view const> dialect_words();
[[nodiscard]] std::string dialect_word(vox::Dialect dialect);
[[nodiscard]] std::optional<vox::Dialect> find_dialect(std::string_view word);
// "unknown dialect 'vox_05' (did you mean 'vox_0_5'?)"
[[nodiscard]] std::string unknown_dialect(std::string_view word);

}  // namespace voxspec
