// The C++ subject: this repository's own implementation behind the subject contract.
#include "conformance/subjects/cpp/program.hpp"
#include "conformance/subjects/cpp/settings.hpp"

#include <cstdlib>
#include <iostream>
#include <malloc.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace {

std::optional<std::string> variable(std::string const& name) {
  char const* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

int refuse(std::string_view line) {
  std::cerr << line << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  // A large call frees what it held. Without this, glibc gives the memory back to the system each
  // time and asks for it again at the next call, which costs more than the call itself.
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  std::span const words{argv + 1, argv + argc};
  auto rulebook = std::optional{vox::Rulebook::spec};
  if (!words.empty()) {
    if (words.size() != 2 || std::string_view{words[0]} != "--rulebook") {
      return refuse("usage: voxspec-subject-cpp [--rulebook spec|vox_0_4]");
    }
    rulebook = voxspec::subject::find_rulebook(words[1]);
    if (!rulebook)
      return refuse("--rulebook " + std::string{words[1]} + ": expected spec or vox_0_4");
  }
  auto settings = voxspec::subject::read_settings(variable);
  if (!settings) return refuse(settings.error());
  settings->rulebook = *rulebook;
  return voxspec::subject::run(*settings);
}
