#include "conformance/runner/printable.hpp"

#include "impl/wire/bytes.hpp"
#include "impl/wire/utf8.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace voxspec {
namespace {

constexpr std::string_view replacement = "\uFFFD";

// How many bytes the character at the front takes; 0 if none starts there.
std::size_t character_size(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (vox::wire::is_utf8(vox::as_bytes(text.substr(0, size)))) return size;
  }
  return 0;
}

bool is_control(std::string_view character) {
  if (character.size() == 1) {
    char const c = character.front();
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
  }
  // U+0080 to U+009F, and the two non-characters that XML forbids.
  return (character.size() == 2 && character[0] == '\xc2' &&
          static_cast<unsigned char>(character[1]) < 0xa0) ||
         character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto const size = character_size(text);
    auto const character = text.substr(0, size);
    if (size == 0 || (is_control(character) && character != "\r")) {
      result += replacement;
    } else if (character != "\r") {
      result += character;
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string first_columns(std::string const& text, std::size_t columns_max) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // A character is as many bytes as follow its first with the bits 10 in front.
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U) continue;
    if (columns++ == columns_max) return text.substr(0, i) + "…";
  }
  return text;
}

std::string markup(std::string_view text) {
  static constexpr std::array<std::pair<char, std::string_view>, 5> escapes{
      {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
  std::string result;
  for (char const c : printable(text)) {
    std::string_view escape;
    for (auto const& [character, name] : escapes) {
      if (character == c) escape = name;
    }
    if (escape.empty()) {
      result += c;
    } else {
      result += escape;
    }
  }
  return result;
}

}  // namespace voxspec
