#include "impl/wire/method_id.hpp"

#include "impl/wire/blake3.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/letter_case.hpp"

#include <cstddef>

namespace vox::wire {

namespace {

bool is_separator(char c) {
  bool const is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  bool const is_digit = c >= '0' && c <= '9';
  return static_cast<unsigned char>(c) < 0x80 && !is_letter && !is_digit;
}

// The case of the letter at the front; a separator, like the end, has none.
LetterCase case_at(std::string_view text) {
  return text.empty() ? LetterCase::none : letter_at(text).letter_case;
}

// The small letters that letter_at knows take one or two bytes.
void append(std::string& text, std::string_view original, Letter const& letter) {
  if (letter.letter_case != LetterCase::capital) {
    text += original.substr(0, letter.bytes);
  } else if (letter.small < 0x80) {
    text += static_cast<char>(letter.small);
  } else {
    text += static_cast<char>(0xC0U | letter.small >> 6U);
    text += static_cast<char>(0x80U | (letter.small & 0x3FU));
  }
}

}  // namespace

std::string kebab_case(std::string_view identifier) {
  std::string kebab;
  bool dash_owed = false;
  // The case of the word up to here: that of its last letter that has one. A new word has none.
  auto before = LetterCase::none;
  while (!identifier.empty()) {
    if (is_separator(identifier.front())) {
      dash_owed = !kebab.empty();
      before = LetterCase::none;
      identifier.remove_prefix(1);
      continue;
    }
    auto const letter = letter_at(identifier);
    auto const next = case_at(identifier.substr(letter.bytes));
    bool const ends_capitals = before == LetterCase::capital &&
                               letter.letter_case == LetterCase::capital &&
                               next == LetterCase::small;
    if (dash_owed || ends_capitals) kebab += '-';
    append(kebab, identifier, letter);
    auto const now = letter.letter_case == LetterCase::none ? before : letter.letter_case;
    dash_owed = now == LetterCase::small && next == LetterCase::capital;
    before = dash_owed || ends_capitals ? LetterCase::none : now;
    identifier.remove_prefix(letter.bytes);
  }
  return kebab;
}

std::uint64_t method_id(std::string_view service, std::string_view method) {
  auto const name = kebab_case(service) + '.' + kebab_case(method);
  return hash64(as_bytes(name));
}

}  // namespace vox::wire
