#include "impl/link/write_buffer.hpp"

#include "impl/link/transport_end.hpp"
#include "impl/wire/stream_framing.hpp"
#include "spec/assert.hpp"

#include <algorithm>

namespace vox::link {

wire::Buffer& WriteBuffer::begin() {
  VOX_ASSERT(!has_begun_);
  has_begun_ = true;
  static_cast<void>(bytes_.reserve(header_bytes_));
  bytes_.advance(header_bytes_);
  return bytes_;
}

Sent WriteBuffer::commit() {
  VOX_ASSERT(has_begun_);
  VOX_ASSERT(bytes_.size() >= committed_bytes_ + header_bytes_);
  auto const payload_bytes = bytes_.size() - committed_bytes_ - header_bytes_;
  if (payload_bytes > payload_bytes_max_) {
    abandon();
    return std::unexpected(above_limit(payload_bytes, payload_bytes_max_));
  }
  if (header_bytes_ > 0) {
    auto const header = wire::frame_header(payload_bytes);
    auto* const rest = std::ranges::copy(header, bytes_.at(committed_bytes_)).out;
    std::fill_n(rest, header_bytes_ - header.size(), std::byte{});
  }
  has_begun_ = false;
  committed_bytes_ = bytes_.size();
  ends_.push_back(committed_bytes_);
  return {};
}

void WriteBuffer::abandon() {
  bytes_.truncate(committed_bytes_);
  if (committed_bytes_ == 0) bytes_.give_back_above(room_bytes_kept);
  has_begun_ = false;
}

void WriteBuffer::put_raw(ByteView bytes) {
  VOX_ASSERT(!has_begun_);
  wire::Writer{bytes_}.put_bytes(bytes);
  committed_bytes_ = bytes_.size();
  ends_.push_back(committed_bytes_);
}

ByteView WriteBuffer::payload(std::size_t index) const {
  auto const begin = index == 0 ? 0 : ends_[index - 1];
  return bytes_.view().subspan(begin, ends_[index] - begin).subspan(header_bytes_);
}

void WriteBuffer::clear() {
  VOX_ASSERT(!has_begun_);
  bytes_.clear();
  bytes_.give_back_above(room_bytes_kept);
  ends_.clear();
  if (ends_.capacity() * sizeof(std::size_t) > room_bytes_kept) ends_.shrink_to_fit();
  committed_bytes_ = 0;
}

}  // namespace vox::link
