#pragma once
#include "spec/clause.hpp"

#include <string>

namespace voxspec {

// "MUST NOT", "wire", "either": how people write what is in the tables.
[[nodiscard]] std::string level_word(vox::Level level);
[[nodiscard]] std::string observable_word(vox::Observable observable);
[[nodiscard]] std::string binds_word(vox::Binds binds);
[[nodiscard]] std::string visible_word(vox::Visible visible);
[[nodiscard]] std::string authority_word(vox::Authority authority);

// The verdict that a subject gets for breaking the clause: "fail", "non-strict" or "differs".
[[nodiscard]] std::string verdict_word(vox::ClauseEntry const& clause);

// "MUST, by the written specification", "definition, by the bytes of 0.4.0", …
[[nodiscard]] std::string weight_words(vox::ClauseEntry const& clause);

}  // namespace voxspec
