#include "conformance/trace/case_path.hpp"

#include <algorithm>
#include <cstddef>

namespace voxspec {
namespace {

constexpr std::string_view plain_chars =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@[]+,=";

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto const byte = static_cast<unsigned char>(c);
  return {'%', digits[byte >> 4U], digits[byte & 15U]};
}

// One part between two slashes.
std::string file_name(std::string_view part) {
  std::string out;
  for (char const c : part) {
    // A name of dots alone is a way to somewhere else.
    bool const leads = c == '.' && out.find_first_not_of('.') == std::string::npos;
    bool const is_plain = plain_chars.find(c) != std::string_view::npos && !leads;
    out += is_plain ? std::string(1, c) : escaped(c);
  }
  return out.empty() ? "%" : out;
}

}  // namespace

std::string case_path(std::string_view id) {
  std::string out;
  while (true) {
    auto const slash = std::min(id.find('/'), id.size());
    out += file_name(id.substr(0, slash));
    if (slash == id.size()) return out + ".json";
    out += '/';
    id.remove_prefix(slash + 1);
  }
}

}  // namespace voxspec
