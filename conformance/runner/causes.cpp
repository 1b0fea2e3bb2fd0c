#include "conformance/runner/causes.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <utility>

namespace voxspec {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The place behind a JSON object or list that begins at `at`.
std::size_t behind_value(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '{' || text[at] == '[') ++depth;
    if ((text[at] == '}' || text[at] == ']') && --depth == 0) return at + 1;
  }
  return at;
}

}  // namespace

std::string cause_of(std::string_view reason) {
  std::string cause;
  for (std::size_t at = 0; at < reason.size();) {
    char const c = reason[at];
    auto const end = [&](std::size_t found) {
      return found == std::string_view::npos ? reason.size() : found;
    };
    if (c == '{' || c == '[') {
      at = behind_value(reason, at);
      cause += "{}";
    } else if (c == '"' || c == '\'') {
      at = std::min(end(reason.find(c, at + 1)) + 1, reason.size());
      cause += "''";
    } else if (is_word(c)) {
      auto const start = at;
      while (at < reason.size() && is_word(reason[at]))
        ++at;
      auto const word = reason.substr(start, at - start);
      bool const is_number = std::isdigit(static_cast<unsigned char>(c)) != 0;
      cause += is_number ? "#" : word;
    } else {
      cause += c;
      ++at;
    }
  }
  return cause;
}

std::vector<CauseGroup> by_cause(RunReport const& report) {
  std::map<std::pair<Verdict, std::string>, CauseGroup> groups;
  for (auto const& entry : report.cases) {
    auto const& result = entry.result;
    if (!is_unexpected(result.verdict)) continue;
    if (result.verdict == Verdict::not_run && result.frames.empty()) continue;
    groups[{result.verdict, cause_of(result.reason)}].cases.push_back(&entry);
  }
  std::vector<CauseGroup> sorted;
  for (auto& [cause, group] : groups)
    sorted.push_back(std::move(group));
  std::ranges::sort(sorted, {}, [](CauseGroup const& group) {
    return std::pair{-static_cast<std::ptrdiff_t>(group.cases.size()),
                     std::string_view{group.cases.front()->result.id}};
  });
  return sorted;
}

}  // namespace voxspec
