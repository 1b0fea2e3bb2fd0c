#pragma once
#include <string>
#include <string_view>

namespace voxspec {

// The text with everything replaced that cannot stand in a terminal line or in XML: what is not
// UTF-8, and control characters but tab and line break. A subject may write anything at all.
[[nodiscard]] std::string printable(std::string_view text);

// printable(), with the five characters that mean something in XML and HTML escaped.
[[nodiscard]] std::string markup(std::string_view text);

}  // namespace voxspec
