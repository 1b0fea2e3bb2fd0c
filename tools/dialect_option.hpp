#pragma once
#include "conformance/peer/dialect_word.hpp"

#include <CLI/CLI.hpp>
#include <string>

namespace voxspec {

// --dialect, which takes none but the known words.
inline CLI::Option* add_dialect(CLI::App& command, std::string& into, char const* about) {
  return command.add_option("--dialect", into, about)
      ->type_name("DIALECT")
      ->check([](std::string const& word) {
        return find_dialect(word) ? std::string{} : unknown_dialect(word);
      });
}

}  // namespace voxspec
