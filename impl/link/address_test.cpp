#include "impl/link/address.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

namespace {

using vox::link::Address;
using vox::link::Transport;

struct Good {
  std::string_view text;
  Address address;
  std::string_view canonical;
};

struct Bad {
  std::string_view text;
  std::string_view why;
};

}  // namespace

TEST_SUITE("net") {
  TEST_CASE(
      "r[transport.stream.local] every way to write an address is understood and spelt again") {
    auto const table = std::to_array<Good>({
        {"127.0.0.1:4433", {Transport::tcp, "127.0.0.1", 4433, ""}, "tcp://127.0.0.1:4433"},
        {"tcp://localhost:0", {Transport::tcp, "localhost", 0, ""}, "tcp://localhost:0"},
        {"[::1]:65535", {Transport::tcp, "::1", 65535, ""}, "tcp://[::1]:65535"},
        {"tcp://[fe80::1%eth0]:1",
         {Transport::tcp, "fe80::1%eth0", 1, ""},
         "tcp://[fe80::1%eth0]:1"},
        {"local:///run/a b.sock",
         {Transport::local, "", 0, "/run/a b.sock"},
         "local:///run/a b.sock"},
        {"local://here", {Transport::local, "", 0, "here"}, "local://here"},
        {"ws://h:80", {Transport::websocket, "h", 80, "/"}, "ws://h:80/"},
        {"ws://h:80/a/b?c=d", {Transport::websocket, "h", 80, "/a/b?c=d"}, "ws://h:80/a/b?c=d"},
        {"ws://h:80?c", {Transport::websocket, "h", 80, "/?c"}, "ws://h:80/?c"},
        {"ws://[::1]:80/x", {Transport::websocket, "::1", 80, "/x"}, "ws://[::1]:80/x"},
        {"stdio:", {Transport::stdio, "", 0, ""}, "stdio:"},
    });
    for (auto const& good : table) {
      CAPTURE(good.text);
      auto const parsed = Address::parse(good.text);
      REQUIRE(parsed);
      CHECK(*parsed == good.address);
      CHECK(to_string(*parsed) == good.canonical);
      CHECK(Address::parse(good.canonical) == parsed);
    }
  }

  TEST_CASE("a bad address is refused with the text and the reason in one sentence") {
    auto const long_path = "local://" + std::string(108, 'x');
    auto const table = std::to_array<Bad>({
        {"", "no port"},
        {"host", "no port"},
        {"host:", "not a number from 0 to 65535"},
        {"host:65536", "not a number from 0 to 65535"},
        {"host:-1", "not a number from 0 to 65535"},
        {"host:+1", "not a number from 0 to 65535"},
        {"host:80x", "not a number from 0 to 65535"},
        {":80", "no host"},
        {"[]:80", "no host"},
        {"[::1]", "no port"},
        {"::1:80", "in brackets"},
        {"ho st:80", "character"},
        {"tcp://host:80/path", "not a number"},
        {"local://", "no socket file"},
        {std::string_view{"local://a\0b", 11}, "zero byte"},
        {long_path, "at most 107 bytes"},
        {"ws://host/path", "no port"},
        {"ws://host:80/a b", "a space"},
        {"ws://host:80/a#b", "'#'"},
        {"wss://host:80/", "the schemes are"},
        {"stdio:x", "nothing follows"},
    });
    for (auto const& bad : table) {
      CAPTURE(bad.text);
      auto const parsed = Address::parse(bad.text);
      REQUIRE(!parsed);
      CHECK(parsed.error().contains(bad.why));
      CHECK(parsed.error().contains("'" + std::string{bad.text} + "'"));
    }
  }
}
