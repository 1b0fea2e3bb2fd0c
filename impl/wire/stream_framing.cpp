#include "impl/wire/stream_framing.hpp"

#include "spec/assert.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace vox::wire {

namespace {

// An idle link holds the smaller read buffer, a busy one the larger. It is not larger still because
// of a large payload as much as this is copied once.
constexpr std::size_t read_bytes_min = 1uz << 10;
constexpr std::size_t read_bytes_max = 16uz << 10;

std::size_t u32_in(ByteView four_bytes) {
  std::size_t value = 0;
  for (std::size_t i = frame_header_bytes; i-- > 0;) {
    value = value << 8U | std::to_integer<std::size_t>(four_bytes[i]);
  }
  return value;
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

namespace {

// The commonest mistake is a length whose highest byte comes first.
std::string too_long(std::size_t length, std::size_t limit) {
  auto text = "a frame of " + std::to_string(length) + " bytes exceeds the limit of " +
              std::to_string(limit);
  auto const reversed = std::byteswap(static_cast<std::uint32_t>(length));
  if (reversed <= limit) {
    text += " (if it was meant as big-endian, " + std::to_string(reversed) + ")";
  }
  return text;
}

}  // namespace

Result<std::optional<Backing>> FrameDecoder::next() {
  if (is_cut_) {
    if (cut_.size() < cut_bytes_) return std::nullopt;
    is_cut_ = false;
    return cut_.finish();
  }
  auto const unread = ByteView{read_buffer_}.subspan(begin_, end_ - begin_);
  if (unread.size() < header_bytes_) return std::nullopt;
  auto const length = u32_in(unread);
  if (length > frame_bytes_max_) {
    return violates("transport.stream", 0, too_long(length, frame_bytes_max_));
  }
  if (header_bytes_ == counting_header_bytes) {
    auto const descriptors = u32_in(unread.subspan(frame_header_bytes));
    if (descriptors != 0) {
      return violates("transport.stream", frame_header_bytes,
                      "a frame comes with " + std::to_string(descriptors) +
                          " file descriptors, and none are taken");
    }
  }
  auto const body = unread.subspan(header_bytes_);
  if (body.size() >= length) {
    auto payload = pool_.copy(body.first(length));
    begin_ += header_bytes_ + length;
    return payload;
  }
  cut_.begin(pool_, length, length);
  cut_.put(body);
  cut_bytes_ = length;
  is_cut_ = true;
  begin_ = end_ = 0;
  return std::nullopt;
}

std::array<std::span<std::byte>, 2> FrameDecoder::room() {
  if (!is_cut_) return {{{}, read_room()}};
  auto const rest = cut_.room();
  if (cut_.size() + rest.size() < cut_bytes_) return {{rest, {}}};
  return {{rest, read_room()}};
}

std::span<std::byte> FrameDecoder::read_room() {
  std::copy(read_buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            read_buffer_.begin() + static_cast<std::ptrdiff_t>(end_), read_buffer_.begin());
  end_ -= std::exchange(begin_, 0);
  if (read_buffer_.empty()) {
    read_buffer_.resize(read_bytes_min);
  } else if (read_buffer_filled_ && read_buffer_.size() < read_bytes_max) {
    read_buffer_.resize(4 * read_buffer_.size());
  }
  return std::span{read_buffer_}.subspan(end_);
}

void FrameDecoder::advance(std::size_t count) {
  if (is_cut_) {
    auto const of_cut = std::min(count, cut_.room().size());
    cut_.advance(of_cut);
    count -= of_cut;
  }
  VOX_ASSERT(count <= read_buffer_.size() - end_);
  end_ += count;
  read_buffer_filled_ = end_ == read_buffer_.size() && !read_buffer_.empty();
}

StreamEnd FrameDecoder::end() const {
  if (is_cut_) return StreamEnd::inside_body;
  return begin_ == end_ ? StreamEnd::between_frames : StreamEnd::inside_header;
}

}  // namespace vox::wire
