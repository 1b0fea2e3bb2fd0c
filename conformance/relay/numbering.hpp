#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace voxspec::relay {

// The sequence numbers of one direction of a stable conduit, as its sender counts (in) and as its
// receiver does (out), where the relay took frames out or put frames in. Wraps as the counts do.
class Numbering {
 public:
  [[nodiscard]] std::uint32_t out(std::uint32_t in) const;
  // What the receiver's acknowledgement of `out` is for the sender; nothing if it covers none of
  // the sender's own frames.
  [[nodiscard]] std::optional<std::uint32_t> in(std::uint32_t out) const;
  // The number that the sender gives next, as far as is known.
  [[nodiscard]] std::uint32_t next_in() const { return next_in_; }

  void note(std::uint32_t in);
  // From this frame of the sender on, the receiver counts so much more.
  void shift_from(std::uint32_t in, std::int64_t by);
  // The sender goes on behind the last frame that arrived: what was done to those after it is no
  // more.
  void resume_after(std::optional<std::uint32_t> in);

 private:
  struct Shift {
    std::uint32_t from = 0;
    std::int64_t by = 0;
  };
  [[nodiscard]] std::int64_t shift_at(std::uint32_t in) const;

  std::vector<Shift> shifts_;  // by `from`, rising
  std::uint32_t next_in_ = 0;
};

}  // namespace voxspec::relay
