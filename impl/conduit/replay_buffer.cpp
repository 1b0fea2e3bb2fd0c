#include "impl/conduit/replay_buffer.hpp"

#include "spec/assert.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace vox::conduit {

namespace {

// An empty buffer that has grown beyond this gives its memory back.
constexpr std::size_t idle_bytes_max = 1uz << 20;

}  // namespace

wire::Buffer& ReplayBuffer::begin() {
  VOX_ASSERT(open_bytes() == 0);
  reclaim();
  return bytes_;
}

void ReplayBuffer::commit(Sequence seq, std::uint64_t tag) {
  frames_.push_back({.seq = seq, .tag = tag, .begin = end_, .length = open_bytes()});
  end_ = bytes_.size();
}

void ReplayBuffer::abandon() {
  bytes_.clear();
  bytes_.advance(end_);
}

void ReplayBuffer::drop_oldest(std::size_t count) {
  VOX_ASSERT(count <= size());
  first_ += count;
  first_byte_ = size() == 0 ? end_ : frames_[first_].begin;
}

std::size_t ReplayBuffer::bytes_from(std::size_t i) const {
  return i == size() ? 0 : end_ - frame(i).begin;
}

KeptFrame const& ReplayBuffer::frame(std::size_t i) const {
  VOX_ASSERT(i < size());
  return frames_[first_ + i];
}

ByteView ReplayBuffer::payload(std::size_t i) const {
  auto const& kept = frame(i);
  return bytes_.view().subspan(kept.begin, kept.length);
}

// Moves what is kept to the front, once that frees at least as much as has to be moved.
void ReplayBuffer::reclaim() {
  if (first_ == 0 || first_ < size() || first_byte_ < bytes()) return;
  auto const kept = bytes();
  if (kept == 0 && end_ > idle_bytes_max) bytes_ = wire::Buffer{};
  if (kept != 0) std::memmove(bytes_.at(0), bytes_.at(first_byte_), kept);
  bytes_.clear();
  bytes_.advance(kept);
  frames_.erase(frames_.begin(), std::next(frames_.begin(), static_cast<std::ptrdiff_t>(first_)));
  for (auto& frame : frames_)
    frame.begin -= first_byte_;
  first_ = 0;
  first_byte_ = 0;
  end_ = kept;
}

}  // namespace vox::conduit
