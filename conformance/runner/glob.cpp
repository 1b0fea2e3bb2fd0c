#include "conformance/runner/glob.hpp"

#include <cstddef>
#include <optional>

namespace voxspec {

// Greedy with one point to come back to: linear for the patterns people write, and never
// exponential, because a later star makes an earlier one unnecessary to revisit.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t next = 0;
  std::optional<std::size_t> star;
  std::size_t star_text = 0;
  while (next < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_text = next;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[next])) {
      ++at;
      ++next;
    } else if (star) {
      at = *star + 1;
      next = ++star_text;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*')
    ++at;
  return at == pattern.size();
}

namespace {

std::string_view without_last(std::string_view text, char separator) {
  while (text.ends_with(separator))
    text.remove_suffix(1);
  return text;
}

bool selects(std::string_view pattern, std::string_view id, std::string_view separators) {
  pattern = without_last(pattern, separators.front());
  if (pattern.empty()) return false;
  if (matches_glob(pattern, id)) return true;
  return id.size() > pattern.size() && id.starts_with(pattern) &&
         separators.contains(id[pattern.size()]);
}

}  // namespace

bool selects_case(std::string_view pattern, std::string_view id) {
  return selects(pattern, id, "/[@");
}

bool may_select_in(std::string_view pattern, std::string_view file) {
  auto const plain = without_last(pattern.substr(0, pattern.find_first_of("*?")), '/');
  if (file.starts_with(plain)) return true;
  return plain.starts_with(file) && std::string_view{"[@"}.contains(plain[file.size()]);
}

bool selects_rule(std::string_view pattern, std::string_view rule) {
  return selects(pattern, rule, ".");
}

}  // namespace voxspec
