#pragma once
#include "impl/conduit/sequence.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vox::conduit {

// A frame that is kept: its number, and what its sender knows it by.
struct KeptFrame {
  Sequence seq = 0;
  std::uint64_t tag = 0;
  std::size_t begin = 0;  // in the buffer's bytes
  std::size_t length = 0;
};

// The frames of one direction, oldest first, each as the bytes of one link payload. They are
// encoded straight into its one block of memory, which is used again, so that a steady flow
// allocates nothing. It has no limits of its own; the conduit decides what is kept.
// r[impl stable.replay-buffer] r[impl stable.framing.encoding] r[impl zerocopy.scatter.replay]
class ReplayBuffer {
 public:
  // Room for one more frame. What the caller appends is the frame; nothing else may be called
  // before commit() or abandon().
  [[nodiscard]] wire::Buffer& begin();
  // The same buffer again, and how many bytes were appended to it since begin().
  [[nodiscard]] wire::Buffer& open() { return bytes_; }
  [[nodiscard]] std::size_t open_bytes() const { return bytes_.size() - end_; }
  void commit(Sequence seq, std::uint64_t tag);
  void abandon();
  // Forgets so many of the oldest frames.
  void drop_oldest(std::size_t count);

  [[nodiscard]] std::size_t size() const { return frames_.size() - first_; }
  [[nodiscard]] std::size_t bytes() const { return end_ - first_byte_; }
  // How many bytes the frames from the i-th on take.
  [[nodiscard]] std::size_t bytes_from(std::size_t i) const;
  // The i-th kept frame, oldest first.
  [[nodiscard]] KeptFrame const& frame(std::size_t i) const;
  // Its bytes; the view holds until the buffer is changed.
  [[nodiscard]] ByteView payload(std::size_t i) const;

 private:
  void reclaim();

  std::vector<KeptFrame> frames_;
  std::size_t first_ = 0;  // frames before it are forgotten
  wire::Buffer bytes_;
  std::size_t first_byte_ = 0;  // bytes before it belong to forgotten frames
  std::size_t end_ = 0;         // bytes from here on belong to a frame that is not committed
};

}  // namespace vox::conduit
