#include "conformance/runner/frame_line.hpp"

#include "conformance/runner/printable.hpp"

#include <array>
#include <cstdio>

namespace voxspec {
namespace {

constexpr std::size_t list_items_max = 6;
constexpr std::size_t text_bytes_max = 96;

std::string shortened(std::string const& text) {
  if (text.size() <= text_bytes_max) return text;
  // printable() mends a character that the cut goes through.
  return printable(text.substr(0, text_bytes_max)) + "… (" + std::to_string(text.size()) +
         " characters)";
}

// Cut to what a line can hold.
Json cut(Json const& json) {
  if (json.is_string()) return shortened(json.get_ref<std::string const&>());
  if (json.is_array()) {
    Json result = Json::array();
    for (auto const& each : json) {
      if (result.size() == list_items_max) {
        result.push_back("… " + std::to_string(json.size()) + " in all");
        break;
      }
      result.push_back(cut(each));
    }
    return result;
  }
  if (!json.is_object()) return json;
  Json result = Json::object();
  for (auto const& [key, value] : json.items()) {
    // The schema of all messages is the same few kilobytes in every handshake.
    bool const is_schema = key == "message_payload_schema" && value.is_array() && value.size() > 1;
    result[key] = is_schema ? Json("… " + std::to_string(value.size()) + " schemas") : cut(value);
  }
  return result;
}

}  // namespace

std::string brief(Json const& json) {
  return printable(cut(json).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string frame_line(FrameRecord const& frame) {
  std::array<char, 32> time{};
  std::snprintf(time.data(), time.size(), "%9.1f ms", static_cast<double>(frame.at_us) / 1000.0);
  std::string line = time.data();
  line += frame.direction == Direction::sent ? "  we send  " : "  it sends ";
  if (!frame.link.empty()) line += "[" + frame.link + "] ";
  if (frame.decoded.is_null()) {
    line += (frame.raw ? "raw bytes " : "payload ") + shortened(vox::to_hex(frame.bytes));
    if (frame.bytes.empty()) line += "(empty)";
    if (!frame.problem.empty()) line += " (" + printable(frame.problem) + ")";
  } else {
    line += brief(frame.decoded);
  }
  return line;
}

}  // namespace voxspec
