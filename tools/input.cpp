#include "tools/input.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>

namespace voxspec {
namespace {

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>{in}, {}};
}

bool is_file(std::string const& input) {
  std::error_code ec;
  return std::filesystem::is_regular_file(input, ec);
}

// Without notes: what stands behind a '#' up to the end of its line.
std::string without_notes(std::string const& text) {
  std::string plain;
  bool in_note = false;
  for (char const letter : text) {
    if (letter == '#') in_note = true;
    if (letter == '\n') in_note = false;
    if (!in_note) plain += letter;
  }
  return plain;
}

}  // namespace

std::expected<std::string, std::string> read_content(std::string const& input) {
  if (input == "-") return read_all(std::cin);
  if (!is_file(input)) return input;
  std::ifstream in{input, std::ios::binary};
  if (!in) return std::unexpected(input + ": cannot be read");
  return read_all(in);
}

std::expected<vox::Bytes, std::string> read_bytes(std::string const& input) {
  auto const content = read_content(input);
  if (!content) return std::unexpected(content.error());
  if (auto bytes = vox::from_hex(without_notes(*content))) return *std::move(bytes);
  if (input != "-" && !is_file(input)) {
    return std::unexpected("'" + input + "' is neither a file nor hex");
  }
  return vox::to_bytes(vox::as_bytes(*content));
}

}  // namespace voxspec
