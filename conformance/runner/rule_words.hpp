#pragma once
#include "spec/rule.hpp"

#include <string>

namespace voxspec {

// "MUST NOT", "wire", "either": how people write what is in the table.
[[nodiscard]] std::string level_word(vox::Level level);
[[nodiscard]] std::string observable_word(vox::Observable observable);
[[nodiscard]] std::string binds_word(vox::Binds binds);

}  // namespace voxspec
