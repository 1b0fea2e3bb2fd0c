#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

// Payloads on a byte stream: each is preceded by its length as 4 little-endian bytes. Length 0 is a
// payload like any other.
// r[impl transport.stream] r[impl zerocopy.framing.link.stream]
namespace vox::wire {

inline constexpr std::size_t frame_header_bytes = 4;

// What stands before a payload of so many bytes, for those who gather header and payload in one
// write. A payload of 4 GiB or more cannot be framed; the caller checks that before.
[[nodiscard]] std::array<std::byte, frame_header_bytes> frame_header(std::size_t payload_bytes);
void put_frame(Buffer& out, ByteView payload);

// Where a stream ended. 0.4.0 takes the end inside a header for a clean one, too.
enum class StreamEnd : std::uint8_t { between_frames, inside_header, inside_body };

[[nodiscard]] constexpr bool is_clean(StreamEnd end) {
  return end != StreamEnd::inside_body;
}

// Finds the payloads in a stream that arrives in pieces. A payload that lies whole in one piece is
// handed out where it stands; only those that are cut are gathered, in a buffer that is used again.
// The buffer grows with what has arrived, never to a length that was merely claimed.
// r[impl link.message] r[impl link.message.empty] r[impl zerocopy.recv.stream]
class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t frame_bytes_max = Limits{}.frame_bytes_max)
      : frame_bytes_max_{frame_bytes_max} {}

  // Takes the next payload off the front of `input`; nothing once all of `input` is used up and
  // more is needed. The view holds until the next call, and no longer than `input`'s bytes. To be
  // called until it gives nothing. A length above the limit is a violation, after which the stream
  // cannot be read any further: the violation sticks.
  [[nodiscard]] Result<std::optional<ByteView>> next(ByteView& input);

  // What it means if the stream ends here.
  [[nodiscard]] StreamEnd end() const;

 private:
  [[nodiscard]] bool gather(ByteView& input, std::size_t wanted);
  void forget_handed_out();

  std::size_t frame_bytes_max_;
  bool handed_out_ = false;  // gathered_ holds a payload that the caller has seen
  Bytes gathered_;           // header and what has arrived of the body
};

}  // namespace vox::wire
