#include "conformance/trace/in_lines.hpp"

#include <optional>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t line_chars_max = 110;

std::string plain(Json const& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A value as one line, unless that is too long, and else in lines.
std::optional<std::string> line_of(Json const& value, std::size_t chars_max) {
  if (!value.is_structured()) {
    auto text = plain(value);
    return text.size() <= chars_max ? std::optional{std::move(text)} : std::nullopt;
  }
  auto const is_object = value.is_object();
  std::string out = is_object ? "{" : "[";
  for (auto const& [key, inner] : value.items()) {
    if (out.size() > 1) out += ", ";
    if (is_object) out += plain(Json(key)) + ": ";
    if (out.size() >= chars_max) return std::nullopt;
    auto const part = line_of(inner, chars_max - out.size());
    if (!part) return std::nullopt;
    out += *part;
  }
  out += is_object ? "}" : "]";
  return out.size() <= chars_max ? std::optional{std::move(out)} : std::nullopt;
}

void put(Json const& value, std::size_t indent, std::size_t used, std::string& out) {
  auto const taken = indent + used;
  auto const room = taken < line_chars_max ? line_chars_max - taken : 0;
  auto const line = line_of(value, room);
  if (line || !value.is_structured() || value.empty()) {
    out += line ? *line : plain(value);
    return;
  }
  auto const is_object = value.is_object();
  out += is_object ? "{\n" : "[\n";
  bool is_first = true;
  for (auto const& [key, inner] : value.items()) {
    if (!std::exchange(is_first, false)) out += ",\n";
    auto const name = is_object ? plain(Json(key)) + ": " : std::string{};
    out += std::string(indent + 1, ' ') + name;
    put(inner, indent + 1, name.size(), out);
  }
  out += "\n" + std::string(indent, ' ') + (is_object ? "}" : "]");
}

}  // namespace

std::string in_lines(Json const& value) {
  std::string out;
  put(value, 0, 0, out);
  return out;
}

}  // namespace voxspec
