// What only WebSockets have. The peer is written by hand, so that it can do what no library does.
#include "impl/link/link_test.hpp"
#include "impl/link/listener.hpp"
#include "impl/link/stream_link.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using test::run;
using test::spell;

constexpr std::string_view opening =
    "GET /any HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

struct Script {
  std::string_view about;
  std::string_view frames;  // hex; all masked with zeros, but one
  std::string_view outcomes;
  std::string_view detail;
};
// "A" as a binary message comes first in each.
constexpr Script scripts[] = {
    {"a text message", "81 81 00000000 42", "payload A, protocol", "text message"},
    {"a text message in pieces", "01 81 00000000 42 80 80 00000000", "payload A, protocol",
     "text message"},
    {"an empty message", "82 80 00000000", "payload A, payload , eof", "without a close frame"},
    {"a message of two frames around a ping", "02 81 00000000 42 89 80 00000000 80 81 00000000 43",
     "payload A, payload BC, eof", "without a close frame"},
    {"pings and pongs alone", "89 80 00000000 8a 80 00000000", "payload A, eof",
     "without a close frame"},
    {"a close frame", "88 84 00000000 03e9 6869", "payload A, closed", "code 1001: hi"},
    {"a close frame without a code", "88 80 00000000", "payload A, closed",
     "the peer closed the WebSocket"},
    {"an end between fragments", "02 81 00000000 42", "payload A, truncated", "inside a message"},
    {"an end inside a frame", "82 82 00000000 42", "payload A, truncated", "inside a message"},
    {"an unmasked frame", "82 01 42", "payload A, protocol", "mask"},
    {"a reserved opcode", "83 80 00000000", "payload A, protocol", "opcode"},
    {"a message above the limit", "82 91 00000000", "payload A, oversize", "above the limit"},
    {"a length of 2^63 - 1", "82 ff 7fffffffffffffff 00000000", "payload A, oversize",
     "above the limit"},
};

// What a link gives until and with its end, and the end's detail.
asio::awaitable<void> drain(Link& link, std::string& outcomes, std::string& detail) {
  for (;;) {
    auto const received = co_await link.receive();
    outcomes += (outcomes.empty() ? "" : ", ") + spell(received);
    if (!received) {
      detail = received.error().detail;
      co_return;
    }
  }
}

// A raw TCP connection to the listener; what is sent over it is not framed.
asio::awaitable<std::unique_ptr<Link>> connect_raw(Listener const& listener) {
  auto address = listener.address();
  address.transport = Transport::tcp;
  address.path.clear();
  auto link = co_await connect(address);
  REQUIRE(link);
  co_return std::move(*link);
}

std::unique_ptr<Listener> listen_on(asio::io_context& context, std::string_view address,
                                    LinkOptions options = {}) {
  auto listener = listen(context.get_executor(), Address::parse(address).value(), options);
  REQUIRE_MESSAGE(listener, listener.error());
  return std::move(*listener);
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("r[transport.websocket] one binary message is one payload, and nothing else is any") {
    for (auto const& script : scripts) {
      CAPTURE(script.about);
      asio::io_context context;
      auto const listener = listen_on(context, "ws://127.0.0.1:0", {.frame_bytes_max = 16});
      std::string outcomes;
      std::string detail;
      run(context, [&]() -> asio::awaitable<void> {
        auto const peer = co_await connect_raw(*listener);
        auto const link = co_await listener->accept();
        REQUIRE(link);
        auto bytes = to_bytes(as_bytes(opening));
        auto const frames = from_hex("82810000000041" + std::string{script.frames}).value();
        bytes.insert(bytes.end(), frames.begin(), frames.end());
        auto const sent = co_await peer->send_raw(bytes);
        CHECK(spell(sent) == "sent");
        co_await peer->finish();
        co_await drain(**link, outcomes, detail);
        auto const again = co_await (*link)->receive();
        CHECK(outcomes.ends_with(spell(again)));
        auto const late = co_await (*link)->send(as_bytes("late"));
        CHECK(!late);
      });
      CHECK(outcomes == script.outcomes);
      CHECK(detail.contains(script.detail));
    }
  }

  TEST_CASE("r[transport.websocket] a peer that speaks no HTTP ends as a protocol error") {
    asio::io_context context;
    auto const listener = listen_on(context, "ws://127.0.0.1:0");
    run(context, [&]() -> asio::awaitable<void> {
      auto const peer = co_await connect_raw(*listener);
      auto const link = co_await listener->accept();
      REQUIRE(link);
      auto const sent = co_await peer->send(as_bytes("a frame of a stream link\r\n\r\n"));
      CHECK(spell(sent) == "sent");
      auto const received = co_await (*link)->receive();
      CHECK(spell(received) == "protocol");
      CHECK(received.error().detail.contains("opening handshake failed"));
      auto const late = co_await (*link)->send(as_bytes("late"));
      CHECK(spell(late) == "protocol");
    });
  }

  TEST_CASE("r[transport.websocket] a message larger than one frame may be crosses whole") {
    auto const payload = test::pattern((16uz << 20) + 1);
    asio::io_context context;
    auto const links = test::websocket_pair(context);
    auto send = [&]() -> asio::awaitable<void> {
      auto const sent = co_await links.near->send(payload);
      CHECK(spell(sent) == "sent");
    };
    asio::co_spawn(context, send(), [](std::exception_ptr const&) {});
    run(context, [&]() -> asio::awaitable<void> {
      auto const received = co_await links.far->receive();
      REQUIRE(received);
      CHECK(equal(received->view(), payload));
    });
  }

  TEST_CASE("bytes below the messages are refused, and a link says where it leads") {
    asio::io_context context;
    auto const links = test::websocket_pair(context);
    run(context, [&]() -> asio::awaitable<void> {
      auto const refused = co_await links.near->send_raw(as_bytes("raw"));
      CHECK(spell(refused) == "refused");
      auto const sent = co_await links.near->send(as_bytes("whole"));
      CHECK(spell(sent) == "sent");
    });
    CHECK(links.near->describe().starts_with("ws 127.0.0.1:"));
  }
}
