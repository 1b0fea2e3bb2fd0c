#pragma once
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace vox::link {

enum class Transport : std::uint8_t { tcp, local, websocket, stdio };
BOOST_DESCRIBE_ENUM(Transport, tcp, local, websocket, stdio)

// Where a link leads, as people write it:
//   host:port, tcp://host:port      a TCP stream; an IPv6 address stands in brackets
//   local://path                    a Unix socket
//   ws://host:port/path             a WebSocket; the path is "/" when left out
//   stdio:                          standard input and output of this process
// Nothing is looked up: a host may be a name. Port 0 is for listeners, which then tell the real
// one.
struct Address {
  Transport transport = Transport::tcp;
  std::string host;        // tcp, websocket; IPv6 without brackets
  std::uint16_t port = 0;  // tcp, websocket
  std::string path;        // local: the socket's file; websocket: the request target

  bool operator==(Address const&) const = default;

  // The address, or one sentence that says what is wrong with the text.
  [[nodiscard]] static std::expected<Address, std::string> parse(std::string_view text);
};

// Why the path cannot be that of a Unix socket, if it cannot.
[[nodiscard]] std::optional<std::string> wrong_local_path(std::string_view path);

// The canonical spelling, with its scheme; parse() gives the same address back.
[[nodiscard]] std::string to_string(Address const& address);

}  // namespace vox::link
