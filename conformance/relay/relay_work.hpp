#pragma once
#include "conformance/relay/relay.hpp"

// What the parts of the relay share: not to be used outside of it.
namespace voxspec::relay {

[[nodiscard]] inline bool is_stable_frame(Frame const& frame) {
  return frame.kind != nullptr && frame.kind->layer == Layer::stable;
}
[[nodiscard]] inline bool is_message(Frame const& frame) {
  return frame.kind != nullptr && frame.kind->layer == Layer::message;
}

// One frame on its way through.
struct Relay::Work {
  Side from;
  Frame frame{};
  vox::Bytes came{};  // its bytes as they came
  Frame as_it_came{};
  bool changed = false;
  bool is_out = true;         // false: it is dropped or held
  bool leaves_a_gap = false;  // … and the stable frame's number with it
  std::size_t repeats = 0;
  bool repeats_frame = false;   // the stable frame itself, number and all
  std::vector<Frame> before{};  // in the same direction
  std::vector<Frame> after{};
  std::vector<Frame> back{};  // to where the frame came from
  std::vector<Hold> holds{};
  std::vector<End> ends{};
  WriteForm form{};
  std::vector<Move> moves{};
};

}  // namespace voxspec::relay
