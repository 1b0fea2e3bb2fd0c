#include "impl/wire/metadata_text.hpp"

#include "impl/wire/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace vox::wire {

namespace {

constexpr std::size_t shown_bytes_max = 256;

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (char const c : text.substr(0, shown_bytes_max)) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    } else {
      out += c;
    }
  }
  if (text.size() > shown_bytes_max) out += "…";
}

struct AppendValue {
  std::string& out;

  void operator()(std::string_view text) const {
    out += '"';
    append_escaped(out, text);
    out += '"';
  }
  void operator()(ByteView bytes) const {
    out += "0x";
    out += to_hex(bytes.first(std::min(bytes.size(), shown_bytes_max)));
    if (bytes.size() > shown_bytes_max) out += "…";
  }
  void operator()(std::uint64_t number) const { out += std::to_string(number); }
};

}  // namespace

std::string to_text(MetadataView metadata) {
  std::string text;
  for (auto const& entry : metadata) {
    if (!text.empty()) text += ", ";
    append_escaped(text, entry.key);
    text += '=';
    if ((entry.flags & MetadataFlag::sensitive) != 0) {
      text += "<sensitive>";
    } else {
      std::visit(AppendValue{text}, entry.value);
    }
  }
  return text;
}

}  // namespace vox::wire
