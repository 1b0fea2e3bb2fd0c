#pragma once
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// Payloads on a byte stream: each is preceded by its length as 4 little-endian bytes. Length 0 is a
// payload like any other.
// r[impl transport.stream] r[impl zerocopy.framing.link.stream]
namespace vox::wire {

inline constexpr std::size_t frame_header_bytes = 4;
// Of a frame in which a count of file descriptors, 4 bytes as well, follows the length.
inline constexpr std::size_t counting_header_bytes = 8;

// What stands before a payload of so many bytes, for those who gather header and payload in one
// write. A payload of 4 GiB or more cannot be framed; the caller checks that before.
[[nodiscard]] std::array<std::byte, frame_header_bytes> frame_header(std::size_t payload_bytes);
void put_frame(Buffer& out, ByteView payload);

// Where a stream ended. 0.4.0 takes the end inside a header for a clean one, too.
enum class StreamEnd : std::uint8_t { between_frames, inside_header, inside_body };

[[nodiscard]] constexpr bool is_clean(StreamEnd end) {
  return end != StreamEnd::inside_body;
}

// Finds the payloads in a stream that arrives in pieces. Whoever reads the stream puts its bytes
// into the decoder's own memory: small payloads are read many at a time and copied out, each into
// memory of its own size; the rest of a payload that was cut goes straight to where it stays.
// r[impl link.message] r[impl link.message.empty] r[impl zerocopy.recv.stream]
class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t frame_bytes_max = Limits{}.frame_bytes_max,
                        std::size_t header_bytes = frame_header_bytes)
      : frame_bytes_max_{frame_bytes_max}, header_bytes_{header_bytes} {}

  // Another limit, for the payloads whose length next() has not looked at yet.
  void limit_frames(std::size_t frame_bytes_max) { frame_bytes_max_ = frame_bytes_max; }

  // The next payload that has come whole; nothing if more bytes are needed. A length above the
  // limit, or file descriptors beside a payload, is a violation, after which the stream cannot be
  // read any further: the violation sticks.
  [[nodiscard]] Result<std::optional<Backing>> next();

  // Where the next bytes of the stream go: the first room is to be filled before the second, and
  // may be empty. To be asked for once next() gave nothing. Throws std::bad_alloc and is then as
  // before.
  [[nodiscard]] std::array<std::span<std::byte>, 2> room();
  // So many bytes were put there.
  void advance(std::size_t count);

  // What it means if the stream ends here.
  [[nodiscard]] StreamEnd end() const;

 private:
  [[nodiscard]] std::span<std::byte> read_room();

  std::size_t frame_bytes_max_;
  std::size_t header_bytes_;
  Bytes read_buffer_;      // for what comes after the payload under way
  std::size_t begin_ = 0;  // of the bytes in it that were not looked at
  std::size_t end_ = 0;
  bool read_buffer_filled_ = false;  // by the last read: a larger one would have taken more
  bool is_cut_ = false;              // a payload is under way, in cut_
  std::size_t cut_bytes_ = 0;        // of that payload, once it is whole
  BackingBuilder cut_;
  BackingPool pool_;
};

}  // namespace vox::wire
