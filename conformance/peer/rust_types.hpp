#pragma once
#include "impl/schema/type_graph.hpp"

#include <expected>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace voxspec {

// Types by their Rust notation: "u32", "String", "Vec<u8>", "Option<T>", "(A, B)", "()",
// "Result<T, E>", "VoxError<E>", "Tx<T>", "Rx<T>", "never", and what was declared by name. It owns
// the types that it gives out, and may be asked from several threads.
class RustTypes {
 public:
  // Declares "struct Point { x: i32, y: i32 }" or "enum Shape { Circle { radius: f64 },
  // Text(String), Point }". A mistake in one shows when the type is first asked for.
  explicit RustTypes(std::span<std::string_view const> declarations);

  [[nodiscard]] std::expected<vox::schema::TypeGraph::Node, std::string> find(
      std::string_view notation);

 private:
  class Parser;

  std::mutex mutex_;
  vox::schema::TypeGraph graph_;
  std::map<std::string, std::string, std::less<>> bodies_;  // by name, "struct …" or "enum …"
};

}  // namespace voxspec
