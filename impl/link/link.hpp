#pragma once
#include "impl/link/link_end.hpp"
#include "impl/link/write_buffer.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/limits.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace vox::link {

// Both ends of a link may have their own.
struct LinkOptions {
  // The largest payload in bytes. Sending more is refused, receiving more ends the link.
  // Link::limit_received() may lower it for what is received.
  std::size_t frame_bytes_max = Limits{}.frame_bytes_max;
  // For a WebSocket's opening handshake, after which the link ends.
  std::chrono::milliseconds opening_time =
      std::chrono::duration_cast<std::chrono::milliseconds>(Limits{}.establishment_time);
  // A Unix socket carries after each length a count of file descriptors, as of vox 0.7.0. None are
  // passed, so it is 0; any other count ends the link.
  bool counts_descriptors = false;
};

using Received = std::expected<Backing, LinkEnd>;

// One established link that carries whole payloads both ways, in order. It belongs to whoever holds
// it, lives on one single-threaded io_context and must outlive its own operations. One receive and
// one flush may be under way at the same time, from different coroutines. Every way a link can end
// is a LinkEnd; the one exception that leaves an operation is boost::system::system_error with
// operation_aborted, when the operation was cancelled through its coroutine's cancellation slot.
//
// A link does not notice by itself that the peer or the way to it is gone without a word: a receive
// then waits for ever, and a flush does once the transport's buffers are full. Whoever needs to
// know sends something that has to be answered, or looks at bytes_moved() from time to time.
//
// What a link holds: 16 KiB to read into (1 KiB until much has come), the payload that is arriving
// (twice what has arrived of it, and no more than its size), less than 600 KiB that was used for
// payloads and waits to be used again, and both halves of the write buffer: what is in them, or the
// 256 KiB of room that each keeps at most.
// r[impl link] r[impl link.split] r[impl link.message] r[impl link.order]
class Link {
 public:
  Link() = default;
  Link(Link const&) = delete;
  Link(Link&&) = delete;
  Link& operator=(Link const&) = delete;
  Link& operator=(Link&&) = delete;
  virtual ~Link() = default;

  // The next payload, empty ones included, or how the link ended; after an end, the same end again.
  // A cancelled receive loses nothing: the next one goes on where it stopped.
  // r[impl link.rx.recv] r[impl link.rx.error] r[impl link.rx.eof]
  virtual boost::asio::awaitable<Received> receive() = 0;

  // From now on a payload that arrives may have so many bytes, and no more than LinkOptions say:
  // a larger one ends the link as `oversize` before any of it is read. What a receive waits for
  // already may still be taken by the limit before; bytes that came ahead of their receive are not.
  virtual void limit_received(std::size_t payload_bytes_max) = 0;

  // What flush() will write; the same object as long as the link lives.
  virtual WriteBuffer& write_buffer() = 0;

  // Writes all payloads that are committed, those of earlier flushes first, and returns when the
  // transport has taken them whole, which is the backpressure. The write goes on in the background
  // if the flush is cancelled: a committed payload goes out whole, or not at all if the link ends
  // before. While a flush waits the write buffer can be filled, for the next flush. Once sending
  // has ended a flush empties the buffer and says why.
  // r[impl link.tx.send] r[impl link.tx.cancel-safe]
  virtual boost::asio::awaitable<Sent> flush() = 0;

  // One payload through the write buffer, and a flush. A payload above the limit is refused before
  // a byte is out. `payload` need not live on after it.
  // r[impl link.tx.alloc.limits]
  boost::asio::awaitable<Sent> send(ByteView payload);

  // For a judge: the bytes as they are, without framing or limit. Only a stream link can; the
  // others answer `refused`.
  virtual boost::asio::awaitable<Sent> send_raw(ByteView bytes) = 0;

  // Flushes and ends our direction; what the peer still sends can be read.
  // A WebSocket has no half-close: it sends the close frame and reads no more payloads.
  // r[impl link.tx.close]
  virtual boost::asio::awaitable<void> finish() = 0;

  // Ends both directions at once and in order: what the transport took is still delivered, what it
  // has not taken is not.
  virtual void close() = 0;

  // Ends both directions the hard way: with a reset where the transport has one.
  virtual void abort() = 0;

  // What has come from the peer's side and what the transport has taken from ours, framing
  // included. A link on which this stays the same is stalled or idle.
  [[nodiscard]] virtual std::uint64_t bytes_moved() const = 0;

  // For people, as "tcp 127.0.0.1:4433".
  [[nodiscard]] virtual std::string describe() const = 0;
};

// receive() with a limit to its patience: nothing if none came in time, and then nothing is lost,
// not even a payload that arrives in the very moment the time runs out.
[[nodiscard]] boost::asio::awaitable<std::optional<Received>> receive_within(
    Link& link, std::chrono::steady_clock::duration patience);

}  // namespace vox::link
