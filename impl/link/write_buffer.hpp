#pragma once
#include "impl/link/link_end.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/writer.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace vox::link {

// Payloads on their way into a link, in one block of memory, so that they are encoded where they
// are written from. A link has two: one that its user fills and one that is being written; flush()
// swaps them, so that filling goes on while a write is under way.
//
//   auto& buffer = link.write_buffer();   // the same object as long as the link lives
//   encode(buffer.begin(), message);      // appends; what is in the buffer before it is not ours
//   if (!buffer.commit()) …               // too large: nothing of it is in the buffer any more
//
// Between begin() and commit() or abandon() nobody may flush, so nothing may be awaited there.
// There is no limit to the whole but that of its user, who stops at some number of bytes() and
// flushes.
// r[impl zerocopy.send.stream] r[impl zerocopy.send.websocket] r[impl zerocopy.send.inprocess]
class WriteBuffer {
 public:
  // A stream link has a header before every payload: the length, and zeros if it is longer.
  WriteBuffer(std::size_t header_bytes, std::size_t payload_bytes_max)
      : header_bytes_{header_bytes}, payload_bytes_max_{payload_bytes_max} {}

  // Starts one payload, which is to be appended to the buffer given.
  [[nodiscard]] wire::Buffer& begin();
  // The payload is complete. One above the limit is `refused`, and abandoned.
  // r[impl link.tx.alloc.limits]
  [[nodiscard]] Sent commit();
  // Forgets what was put since begin().
  void abandon();

  // Of the committed payloads, with their headers.
  [[nodiscard]] std::size_t bytes() const { return committed_bytes_; }
  [[nodiscard]] std::size_t count() const { return ends_.size(); }
  [[nodiscard]] bool empty() const { return ends_.empty(); }
  [[nodiscard]] bool has_begun() const { return has_begun_; }
  [[nodiscard]] std::size_t header_bytes() const { return header_bytes_; }
  [[nodiscard]] std::size_t payload_bytes_max() const { return payload_bytes_max_; }

  // For links: bytes that stand for themselves, without header or limit.
  void put_raw(ByteView bytes);
  // Everything that was committed, headers included.
  [[nodiscard]] ByteView block() const { return bytes_.view().first(committed_bytes_); }
  [[nodiscard]] ByteView payload(std::size_t index) const;
  // Forgets everything. Keeps its room for the next payloads, unless it is above room_bytes_kept.
  void clear();

  static constexpr std::size_t room_bytes_kept = 256uz << 10;

 private:
  std::size_t header_bytes_;
  std::size_t payload_bytes_max_;
  wire::Buffer bytes_;
  std::vector<std::size_t> ends_;  // of the committed payloads
  std::size_t committed_bytes_ = 0;
  bool has_begun_ = false;
};

}  // namespace vox::link
