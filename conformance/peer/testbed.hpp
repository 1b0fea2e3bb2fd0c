#pragma once
#include "conformance/peer/rust_types.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// The Testbed service that subjects serve, as data: what the judge needs to write arguments and
// results as values and to announce their schemas.
namespace voxspec {

// One method: its arguments as a tuple and what its response carries, in Rust notation.
struct MethodTypes {
  std::string_view name;     // "echo"
  std::string_view args;     // "(String)", "()" without any
  std::string_view returns;  // "String"
  std::string_view error;    // "never" if it cannot fail

  // The type of the response: Result<returns, VoxError<error>>.
  [[nodiscard]] std::string outcome() const;
};

[[nodiscard]] std::span<MethodTypes const> testbed_methods();
// By "echo" or "Testbed.echo".
[[nodiscard]] MethodTypes const* find_method(std::string_view name);

// All types of the service, ready to be found. One set a program; it only grows.
[[nodiscard]] RustTypes& testbed_types();

}  // namespace voxspec
