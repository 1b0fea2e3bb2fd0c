#pragma once
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
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
  busy,       // a listener alone: descriptors or memory ran out, and it tries again
  error,      // anything else the operating system reports, named in the detail
};
BOOST_DESCRIBE_ENUM(LinkEndKind, eof, closed, truncated, reset, oversize, protocol, refused,
                    stopped, busy, error)

// The end of a link, or of one direction of it. `detail` is one sentence for a person.
struct LinkEnd {
  LinkEndKind kind = LinkEndKind::error;
  std::string detail;

  bool operator==(LinkEnd const&) const = default;
};

using Sent = std::expected<void, LinkEnd>;

}  // namespace vox::link
