#pragma once
#include "impl/wire/bytes.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace vox::wire {

namespace detail {

[[nodiscard]] bool is_utf8_beyond_ascii(ByteView bytes);

template <class Word>
[[nodiscard]] bool is_ascii_word(std::byte const* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return (word & static_cast<Word>(0x8080808080808080U)) == 0;
}

}  // namespace detail

[[nodiscard]] inline bool is_ascii(ByteView bytes) {
  auto const* at = bytes.data();
  auto const size = bytes.size();
  if (size >= 8) {
    auto const* const last = at + size - 8;
    // Long texts by 64 bytes at a time, which a compiler makes vectors of.
    for (; last - at >= 64; at += 64) {
      std::array<std::uint64_t, 8> words;
      std::memcpy(words.data(), at, sizeof words);
      std::uint64_t all = 0;
      for (auto const word : words)
        all |= word;
      if ((all & 0x8080808080808080U) != 0) return false;
    }
    for (; at < last; at += 8) {
      if (!detail::is_ascii_word<std::uint64_t>(at)) return false;
    }
    return detail::is_ascii_word<std::uint64_t>(last);
  }
  if (size >= 4) {
    return detail::is_ascii_word<std::uint32_t>(at) &&
           detail::is_ascii_word<std::uint32_t>(at + size - 4);
  }
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < size; ++i)
    all |= std::to_integer<std::uint8_t>(at[i]);
  return all < 0x80;
}

// Almost all text on the wire is keys and names, and those are ASCII.
[[nodiscard]] inline bool is_utf8(ByteView bytes) {
  return is_ascii(bytes) || detail::is_utf8_beyond_ascii(bytes);
}

}  // namespace vox::wire
