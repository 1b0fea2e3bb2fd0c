#pragma once
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/limits.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace vox::link {

// How a link stopped giving or taking payloads.
enum class LinkEndKind : std::uint8_t {
  eof,        // the peer ended its stream between payloads, or within a length prefix
  closed,     // the peer said so: a WebSocket close frame
  truncated,  // the peer ended its stream inside a payload
  reset,      // the transport was torn down: ECONNRESET, EPIPE
  oversize,   // the peer announced a payload above the limit; none of it was read
  protocol,   // the peer broke the transport's own rules, as with a WebSocket text message
  refused,    // this link will not do what was asked of it; the link itself is as before
  stopped,    // our own side closed or aborted the link, or finished its sending
  error,      // anything else the operating system reports, named in the detail
};
BOOST_DESCRIBE_ENUM(LinkEndKind, eof, closed, truncated, reset, oversize, protocol, refused,
                    stopped, error)

// The end of a link, or of one direction of it. `detail` is one sentence for a person.
struct LinkEnd {
  LinkEndKind kind = LinkEndKind::error;
  std::string detail;

  bool operator==(LinkEnd const&) const = default;
};

// What holds for every payload of a link, in both directions.
struct LinkOptions {
  // The largest payload in bytes. Sending more is refused, receiving more ends the link.
  std::size_t frame_bytes_max = Limits{}.frame_bytes_max;
};

using Received = std::expected<Backing, LinkEnd>;
using Sent = std::expected<void, LinkEnd>;

// One established link that carries whole payloads both ways, in order. It belongs to whoever holds
// it, lives on one single-threaded io_context and must outlive its own operations. One receive and
// one send may be under way at the same time, from different coroutines. Every way a link can end
// is a LinkEnd; the one exception that leaves an operation is boost::system::system_error with
// operation_aborted, when the operation was cancelled through its coroutine's cancellation slot.
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

  // Returns when the payload was handed to the transport whole, which is the backpressure. A
  // payload above the limit is refused before a byte is out. A cancelled send publishes the payload
  // whole or not at all; `payload` need not live on after it.
  // r[impl link.tx.send] r[impl link.tx.alloc.limits] r[impl link.tx.cancel-safe]
  virtual boost::asio::awaitable<Sent> send(ByteView payload) = 0;

  // For a judge: the bytes as they are, without framing or limit. Only a stream link can; the
  // others answer `refused`.
  virtual boost::asio::awaitable<Sent> send_raw(ByteView bytes) = 0;

  // Ends our direction after everything committed was sent; what the peer still sends can be read.
  // A WebSocket has no half-close: it sends the close frame and reads no more payloads.
  // r[impl link.tx.close]
  virtual boost::asio::awaitable<void> finish() = 0;

  // Ends both directions at once and in order: what the transport took is still delivered.
  virtual void close() = 0;

  // Ends both directions the hard way: with a reset where the transport has one.
  virtual void abort() = 0;

  // For people, as "tcp 127.0.0.1:4433".
  [[nodiscard]] virtual std::string describe() const = 0;
};

// receive() with a limit to its patience: nothing if none came in time, and then nothing is lost,
// not even a payload that arrives in the very moment the time runs out.
[[nodiscard]] boost::asio::awaitable<std::optional<Received>> receive_within(
    Link& link, std::chrono::steady_clock::duration patience);

}  // namespace vox::link
