#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace voxspec {

// The manual page of a program, in roff's man macros: its commands, their options and examples, as
// --help has them.
[[nodiscard]] std::string manual_page(CLI::App const& program, std::string const& version);

// Scripts that let a shell complete commands, options, names of subjects and ids of cases.
[[nodiscard]] std::string bash_completions(CLI::App const& program);
[[nodiscard]] std::string zsh_completions(CLI::App const& program);
[[nodiscard]] std::string fish_completions(CLI::App const& program);

}  // namespace voxspec
