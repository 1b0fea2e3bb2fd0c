#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vox::wire {

enum class LetterCase : std::uint8_t { none, small, capital };

// The character at the front of a text: its case, its small form (itself, if it has none) and how
// many bytes it takes. Cases are known of Latin (up to Extended-A), Greek, Cyrillic and Armenian
// letters; everything else has none. A byte that starts no character stands for itself.
struct Letter {
  char32_t small = 0;
  LetterCase letter_case = LetterCase::none;
  std::size_t bytes = 1;
};
[[nodiscard]] Letter letter_at(std::string_view text);

}  // namespace vox::wire
