#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace voxspec {

// The text with everything replaced that cannot stand in a terminal line or in XML: what is not
// UTF-8, and control characters but tab and line break. A subject may write anything at all.
[[nodiscard]] std::string printable(std::string_view text);

// The first characters of a text that is printable already, and "…" if there are more.
[[nodiscard]] std::string first_columns(std::string const& text, std::size_t columns_max);

// printable(), with the five characters that mean something in XML and HTML escaped.
[[nodiscard]] std::string markup(std::string_view text);

}  // namespace voxspec
