#include "impl/wire/stream_framing.hpp"

#include "spec/assert.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace vox::wire {

namespace {

// What a link may keep for later frames; one huge frame does not pin its memory for good.
constexpr std::size_t kept_bytes_max = 1uz << 20;

std::size_t length_in(ByteView header) {
  std::size_t length = 0;
  for (std::size_t i = frame_header_bytes; i-- > 0;) {
    length = length << 8U | std::to_integer<std::size_t>(header[i]);
  }
  return length;
}

}  // namespace

std::array<std::byte, frame_header_bytes> frame_header(std::size_t payload_bytes) {
  VOX_ASSERT(payload_bytes <= std::numeric_limits<std::uint32_t>::max());
  std::array<std::byte, frame_header_bytes> header{};
  for (std::size_t i = 0; i < header.size(); ++i) {
    header[i] = static_cast<std::byte>(payload_bytes >> (8 * i));
  }
  return header;
}

void put_frame(Buffer& out, ByteView payload) {
  Writer writer{out};
  writer.put_bytes(frame_header(payload.size()));
  writer.put_bytes(payload);
}

// Moves input to the gathered bytes until there are `wanted`; false if there are too few.
bool FrameDecoder::gather(ByteView& input, std::size_t wanted) {
  if (gathered_.size() < wanted) {
    auto const piece = input.first(std::min(wanted - gathered_.size(), input.size()));
    gathered_.insert(gathered_.end(), piece.begin(), piece.end());
    input = input.subspan(piece.size());
  }
  return gathered_.size() == wanted;
}

void FrameDecoder::forget_handed_out() {
  if (!handed_out_) return;
  handed_out_ = false;
  gathered_.clear();
  if (gathered_.capacity() > kept_bytes_max) gathered_ = Bytes{};
}

Result<std::optional<ByteView>> FrameDecoder::next(ByteView& input) {
  forget_handed_out();
  bool const stands_whole =
      gathered_.empty() && input.size() >= frame_header_bytes &&
      length_in(input) <= std::min(frame_bytes_max_, input.size() - frame_header_bytes);
  if (stands_whole) {
    auto const payload = input.subspan(frame_header_bytes, length_in(input));
    input = input.subspan(frame_header_bytes + payload.size());
    return payload;
  }
  if (gathered_.size() < frame_header_bytes && !gather(input, frame_header_bytes)) {
    return std::nullopt;
  }
  auto const length = length_in(gathered_);
  if (length > frame_bytes_max_) {
    return violates("transport.stream", 0,
                    "a frame of " + std::to_string(length) + " bytes exceeds the limit of " +
                        std::to_string(frame_bytes_max_));
  }
  if (!gather(input, frame_header_bytes + length)) return std::nullopt;
  handed_out_ = true;
  return ByteView{gathered_}.subspan(frame_header_bytes);
}

StreamEnd FrameDecoder::end() const {
  if (handed_out_ || gathered_.empty()) return StreamEnd::between_frames;
  return gathered_.size() < frame_header_bytes ? StreamEnd::inside_header : StreamEnd::inside_body;
}

}  // namespace vox::wire
