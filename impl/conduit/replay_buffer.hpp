#pragma once
#include "impl/conduit/sequence.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/rulebook.hpp"

#include <cstddef>
#include <vector>

namespace vox::conduit {

// The frames that were sent and not yet acknowledged, in order, each as the bytes that went out. It
// owns copies, in one run of memory that is used again, so that a steady flow allocates nothing.
// r[impl stable.replay-buffer] r[impl zerocopy.scatter.replay]
class ReplayBuffer {
 public:
  ReplayBuffer(Rulebook rulebook, std::size_t frames_max, std::size_t bytes_max)
      : rulebook_{rulebook}, frames_max_{frames_max}, bytes_max_{bytes_max} {}

  // Whether a frame of so many bytes still fits the limits. One that exceeds them alone never does.
  [[nodiscard]] bool has_room_for(std::size_t frame_bytes) const;
  // To be called only if there is room.
  void push(Sequence seq, ByteView frame);
  // Forgets the frames up to and including `acknowledged`.
  // r[impl stable.ack.trim]
  void trim(Sequence acknowledged);

  [[nodiscard]] std::size_t size() const { return frames_.size() - first_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size() - first_byte_; }
  // The i-th kept frame, oldest first. The view holds until the buffer is changed.
  [[nodiscard]] ByteView frame(std::size_t i) const;

 private:
  struct Frame {
    Sequence seq;
    std::size_t length;
    std::size_t begin;
  };
  void reclaim();

  Rulebook rulebook_;
  std::size_t frames_max_;
  std::size_t bytes_max_;
  std::vector<Frame> frames_;
  std::size_t first_ = 0;  // frames before it are forgotten
  Bytes bytes_;
  std::size_t first_byte_ = 0;  // bytes before it belong to forgotten frames
};

}  // namespace vox::conduit
