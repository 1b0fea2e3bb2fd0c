#include "impl/conduit/replay_buffer.hpp"

#include "spec/assert.hpp"

#include <iterator>

namespace vox::conduit {

bool ReplayBuffer::has_room_for(std::size_t frame_bytes) const {
  return size() < frames_max_ && frame_bytes <= bytes_max_ && bytes() <= bytes_max_ - frame_bytes;
}

void ReplayBuffer::push(Sequence seq, ByteView frame) {
  VOX_ASSERT(has_room_for(frame.size()));
  reclaim();
  frames_.push_back({.seq = seq, .length = frame.size(), .begin = bytes_.size()});
  bytes_.insert(bytes_.end(), frame.begin(), frame.end());
}

void ReplayBuffer::trim(Sequence acknowledged) {
  while (first_ < frames_.size() && !is_after(frames_[first_].seq, acknowledged, rulebook_)) {
    first_byte_ = frames_[first_].begin + frames_[first_].length;
    ++first_;
  }
}

ByteView ReplayBuffer::frame(std::size_t i) const {
  VOX_ASSERT(i < size());
  auto const& frame = frames_[first_ + i];
  return ByteView{bytes_}.subspan(frame.begin, frame.length);
}

// Moves what is kept to the front, once that frees at least as much as has to be moved.
void ReplayBuffer::reclaim() {
  if (first_ == 0 || first_ < size() || first_byte_ < bytes()) return;
  bytes_.erase(bytes_.begin(), std::next(bytes_.begin(), static_cast<std::ptrdiff_t>(first_byte_)));
  frames_.erase(frames_.begin(), std::next(frames_.begin(), static_cast<std::ptrdiff_t>(first_)));
  for (auto& frame : frames_)
    frame.begin -= first_byte_;
  first_ = 0;
  first_byte_ = 0;
}

}  // namespace vox::conduit
