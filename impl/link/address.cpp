#include "impl/link/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace vox::link {
namespace {

using Parsed = std::expected<Address, std::string>;
using namespace std::string_view_literals;

// sockaddr_un::sun_path with its terminating zero.
constexpr std::size_t local_path_bytes_max = 107;

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         "-_.:%"sv.contains(c);
}

bool is_visible(char c) {
  return c > ' ' && c < '\x7f';
}

std::unexpected<std::string> wrong(std::string_view text, std::string_view why) {
  return std::unexpected("bad address '" + std::string{text} + "': " + std::string{why});
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Parsed parse_host_port(Transport transport, std::string_view rest, std::string_view text) {
  auto const colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.ends_with(']')) {
    return wrong(text, "it has no port, as in host:4433");
  }
  auto host = rest.substr(0, colon);
  bool const bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty()) return wrong(text, "it has no host");
  if (!bracketed && host.contains(':')) {
    return wrong(text, "an IPv6 address stands in brackets, as in [::1]:4433");
  }
  if (!std::ranges::all_of(host, is_host_character)) {
    return wrong(text, "its host has a character that no host name has");
  }
  auto const port = parse_port(rest.substr(colon + 1));
  if (!port) return wrong(text, "its port is not a number from 0 to 65535");
  return Address{.transport = transport, .host = std::string{host}, .port = *port, .path = {}};
}

Parsed parse_tcp(std::string_view rest, std::string_view text) {
  return parse_host_port(Transport::tcp, rest, text);
}

Parsed parse_local(std::string_view rest, std::string_view text) {
  if (auto const why = wrong_local_path(rest)) return wrong(text, *why);
  return Address{.transport = Transport::local, .host = {}, .port = 0, .path = std::string{rest}};
}

Parsed parse_websocket(std::string_view rest, std::string_view text) {
  auto const authority = rest.substr(0, rest.find_first_of("/?#"));
  auto const target = rest.substr(authority.size());
  if (!std::ranges::all_of(target, is_visible) || target.contains('#')) {
    return wrong(text, "its path has a space, a '#' or an unprintable character");
  }
  auto address = parse_host_port(Transport::websocket, authority, text);
  if (address) address->path = target.starts_with('/') ? target : "/" + std::string{target};
  return address;
}

Parsed parse_stdio(std::string_view rest, std::string_view text) {
  if (!rest.empty()) return wrong(text, "nothing follows 'stdio:'");
  return Address{.transport = Transport::stdio, .host = {}, .port = 0, .path = {}};
}

struct Scheme {
  std::string_view prefix;
  Transport transport;
  Parsed (*parse)(std::string_view rest, std::string_view text);
};
constexpr auto schemes = std::to_array<Scheme>({
    {.prefix = "tcp://", .transport = Transport::tcp, .parse = parse_tcp},
    {.prefix = "local://", .transport = Transport::local, .parse = parse_local},
    {.prefix = "ws://", .transport = Transport::websocket, .parse = parse_websocket},
    {.prefix = "stdio:", .transport = Transport::stdio, .parse = parse_stdio},
});

}  // namespace

Parsed Address::parse(std::string_view text) {
  for (auto const& scheme : schemes) {
    if (text.starts_with(scheme.prefix)) {
      return scheme.parse(text.substr(scheme.prefix.size()), text);
    }
  }
  if (text.contains("://")) {
    return wrong(text, "the schemes are tcp://, local://, ws:// and stdio:");
  }
  return parse_tcp(text, text);
}

std::optional<std::string> wrong_local_path(std::string_view path) {
  if (path.empty()) return "it names no socket file";
  if (path.contains('\0')) return "its path has a zero byte";
  if (path.size() > local_path_bytes_max) return "a Unix socket's path has at most 107 bytes";
  return std::nullopt;
}

std::string to_string(Address const& address) {
  auto const* const scheme = std::ranges::find(schemes, address.transport, &Scheme::transport);
  std::string text{scheme->prefix};
  bool const has_host =
      address.transport == Transport::tcp || address.transport == Transport::websocket;
  if (has_host) {
    bool const ipv6 = address.host.contains(':');
    text += ipv6 ? "[" + address.host + "]" : address.host;
    text += ":" + std::to_string(address.port);
  }
  return text + address.path;
}

}  // namespace vox::link
