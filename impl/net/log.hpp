#pragma once
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vox::net {

// Hears one line for everything that a person should know and no program acts on.
using Log = std::function<void(std::string_view)>;

// Runs what an application gave us: what it throws, as text, or nothing if it returned.
template <class Function>
[[nodiscard]] std::optional<std::string> caught(Function&& function) {
  try {
    std::forward<Function>(function)();
    return std::nullopt;
  } catch (std::exception const& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

// What was thrown, as text.
[[nodiscard]] inline std::string text_of(std::exception_ptr const& thrown) {
  return caught([&] { std::rethrow_exception(thrown); }).value_or(std::string{});
}

// A log that throws is not heard, and stops nothing.
inline void write_line(Log const& log, std::string_view line) {
  if (log) static_cast<void>(caught([&] { log(line); }));
}

}  // namespace vox::net
