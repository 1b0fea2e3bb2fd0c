#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

enum class Direction : std::uint8_t { sent, received };
BOOST_DESCRIBE_ENUM(Direction, sent, received)

// One frame that went over a link while a case ran: what recordings, reports and verdicts show.
struct FrameRecord {
  std::uint64_t at_us = 0;  // since the case began
  Direction direction = Direction::sent;
  std::string link;     // the link's name
  vox::Bytes bytes;     // the payload; for raw bytes, exactly what was written
  bool raw = false;     // the bytes were written without framing
  Json decoded;         // null if it could not be decoded
  std::string problem;  // why not: the violation's sentence
  std::string step;     // JSON pointer of the step that it belongs to
};

// The kind of the message that a decoded frame shows, inside a stable frame that of its message;
// "frame" for bytes, empty for what is none.
[[nodiscard]] std::string_view kind_of_frame(Json const& frame);

// {"at_us": 1200, "sent": {…decoded…}, "hex": "…", "link": "second"}, the form of `frames` in a
// recording.
[[nodiscard]] Json record_json(FrameRecord const& record);
// What record_json wrote, without the step, which its place in the file tells.
[[nodiscard]] FrameRecord record_from_json(Json const& record);

struct Case;
// A recording: the case as a trace of its own, each step with the `frames` that belong to it, and
// `result` at the top. It loads and replays as a trace.
[[nodiscard]] Json recording(Case const& trace, std::vector<FrameRecord> const& frames,
                             Json const& result);

}  // namespace voxspec
