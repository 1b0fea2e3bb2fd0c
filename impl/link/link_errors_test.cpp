// What goes wrong around a link is an error value, and a listener goes on.
#include "impl/link/deadline.hpp"
#include "impl/link/link_test.hpp"
#include "impl/link/listener.hpp"
#include "impl/link/no_descriptors.hpp"
#include "impl/link/stream_link.hpp"
#include "impl/link/transport_end.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using test::NoDescriptors;
using test::run;
using test::spell;
using namespace std::chrono_literals;

Address must_parse(std::string const& text) {
  auto address = Address::parse(text);
  REQUIRE_MESSAGE(address, address.error());
  return *address;
}

std::unique_ptr<Listener> must_listen(asio::io_context& context, Address const& address,
                                      LinkOptions options = {}) {
  auto listener = listen(context.get_executor(), address, options);
  REQUIRE_MESSAGE(listener, listener.error());
  return std::move(*listener);
}

std::string refusal_to_listen(asio::io_context& context, Address const& address) {
  auto const listener = listen(context.get_executor(), address);
  return listener ? "" : listener.error();
}

std::string refusal_to_connect(asio::io_context& context, Address const& address) {
  std::string refusal;
  run(context, [&]() -> asio::awaitable<void> {
    auto const link = co_await connect(address);
    if (!link) refusal = link.error();
  });
  return refusal;
}

std::string socket_path(std::string_view name) {
  return (std::filesystem::temp_directory_path() /
          ("voxspec-" + std::to_string(getpid()) + "-" + std::string{name}))
      .string();
}

bool is_open(int descriptor) {
  return fcntl(descriptor, F_GETFD) != -1;
}

// A TCP connection to a listener of WebSockets, which is told nothing.
asio::awaitable<std::unique_ptr<Link>> connect_raw(Listener const& listener) {
  auto address = listener.address();
  address.transport = Transport::tcp;
  auto link = co_await connect(address);
  REQUIRE_MESSAGE(link, link.error());
  co_return std::move(*link);
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("r[transport.stream.local] a Unix path that does not fit is a sentence") {
    asio::io_context context;
    for (auto const& [path, why] : {std::pair{"/" + std::string(107, 'x'), "at most 107 bytes"},
                                    {"/" + std::string(5000, 'x'), "at most 107 bytes"},
                                    {std::string{}, "names no socket file"},
                                    {std::string{"/a\0b", 4}, "zero byte"}}) {
      CAPTURE(path.size());
      Address const address{.transport = Transport::local, .host = {}, .port = 0, .path = path};
      CHECK(refusal_to_connect(context, address).contains(why));
      CHECK(refusal_to_connect(context, address).starts_with("cannot connect to local://"));
      CHECK(refusal_to_listen(context, address).contains(why));
      CHECK(refusal_to_listen(context, address).starts_with("cannot listen on local://"));
    }
  }

  TEST_CASE("r[transport.stream.local] a Unix path of the largest size can be listened to") {
    auto const path = socket_path("longest-");
    REQUIRE(path.size() < 100);
    asio::io_context context;
    auto const longest = path + std::string(107 - path.size(), 'x');
    auto const listener = must_listen(context, must_parse("local://" + longest));
    CHECK(refusal_to_connect(context, listener->address()).empty());
    unlink((longest + ".lock").c_str());
  }

  TEST_CASE("a listener waits for descriptors, says so, and goes on") {
    if (test::sanitizer_needs_descriptors) {
      MESSAGE("skipped: the sanitizer itself needs descriptors");
      return;
    }
    for (auto const& text : {std::string{"tcp://127.0.0.1:0"}, std::string{"ws://127.0.0.1:0/"},
                             "local://" + socket_path("busy")}) {
      CAPTURE(text);
      asio::io_context context;
      auto const listener = must_listen(context, must_parse(text));
      std::optional<NoDescriptors> none;
      std::vector<LinkEnd> busy;
      listener->on_busy([&](LinkEnd const& end) {
        busy.push_back(end);
        if (busy.size() == 3) none.reset();
        throw std::runtime_error{"a log that fails"};
      });
      run(context, [&]() -> asio::awaitable<void> {
        auto address = listener->address();
        if (address.transport == Transport::websocket) address.transport = Transport::tcp;
        auto const near = co_await connect(address);
        REQUIRE_MESSAGE(near, near.error());
        none.emplace();
        auto const far = co_await listener->accept();
        CHECK(far.has_value());
      });
      REQUIRE(busy.size() == 3);
      CHECK(busy[0].kind == LinkEndKind::busy);
      CHECK(busy[0].detail.contains("Too many open files"));
      unlink((listener->address().path + ".lock").c_str());
    }
  }

  TEST_CASE("a listener that waits for descriptors can be closed, and the wait cancelled") {
    if (test::sanitizer_needs_descriptors) {
      MESSAGE("skipped: the sanitizer itself needs descriptors");
      return;
    }
    asio::io_context context;
    auto const listener = must_listen(context, must_parse("tcp://127.0.0.1:0"));
    std::optional<NoDescriptors> none;
    int busy = 0;
    run(context, [&]() -> asio::awaitable<void> {
      auto const near = co_await connect(listener->address());
      REQUIRE_MESSAGE(near, near.error());
      none.emplace();
      auto const given_up = co_await within(50ms, listener->accept());
      CHECK(!given_up);
      listener->on_busy([&](LinkEnd const&) {
        if (++busy == 2) asio::post(context, [&] { listener->close(); });
      });
      auto const closed = co_await listener->accept();
      REQUIRE(!closed);
      CHECK(closed.error().kind == LinkEndKind::stopped);
    });
    CHECK(busy == 2);
  }

  TEST_CASE("who connects or listens without descriptors left is told so in a sentence") {
    if (test::sanitizer_needs_descriptors) {
      MESSAGE("skipped: the sanitizer itself needs descriptors");
      return;
    }
    asio::io_context context;
    auto const path = "local://" + socket_path("none-left");
    std::string connected;
    std::string connected_locally;
    std::string listened;
    std::string listened_locally;
    {
      NoDescriptors const none;
      connected = refusal_to_connect(context, must_parse("tcp://127.0.0.1:1"));
      connected_locally = refusal_to_connect(context, must_parse(path));
      listened = refusal_to_listen(context, must_parse("tcp://127.0.0.1:0"));
      listened_locally = refusal_to_listen(context, must_parse(path));
    }
    CHECK(connected == "cannot connect to tcp://127.0.0.1:1: Too many open files");
    CHECK(connected_locally == "cannot connect to " + path + ": Too many open files");
    CHECK(listened == "cannot listen on tcp://127.0.0.1:0: Too many open files");
    CHECK(listened_locally.ends_with("Too many open files"));
  }

  TEST_CASE("a name that cannot be looked up is a sentence, for both sides") {
    asio::io_context context;
    for (auto const& host : {std::string{"a..b"}, std::string(300, 'x'), std::string{}}) {
      Address const address{.transport = Transport::tcp, .host = host, .port = 1, .path = {}};
      auto const connected = refusal_to_connect(context, address);
      CHECK(connected.starts_with("cannot "));
      CHECK(connected.contains(to_string(address)));
      if (host.empty()) continue;
      CHECK(refusal_to_listen(context, address).starts_with("cannot look up "));
    }
  }

  TEST_CASE("errors of accept are told apart: what passes, what has to be waited for, what lasts") {
    auto const category = [](int error) {
      return accept_failure({error, boost::system::system_category()});
    };
    for (int const error : {EMFILE, ENFILE, ENOBUFS, ENOMEM})
      CHECK(category(error) == AcceptFailure::shortage);
    for (int const error :
         {ECONNABORTED, EPROTO, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EPERM, EINTR})
      CHECK(category(error) == AcceptFailure::peer);
    for (int const error : {EBADF, EINVAL, ENOTSOCK})
      CHECK(category(error) == AcceptFailure::lasting);
  }

  TEST_CASE("r[transport.websocket] a peer that does not finish its opening handshake is let go") {
    asio::io_context context;
    auto const listener =
        must_listen(context, must_parse("ws://127.0.0.1:0/"), {.opening_time = 50ms});
    run(context, [&]() -> asio::awaitable<void> {
      for (std::string_view const said : {"", "GET / HTTP/1.1\r\nHost: x\r\n"}) {
        auto const peer = co_await connect_raw(*listener);
        auto const said_it = co_await peer->send_raw(as_bytes(said));
        CHECK(spell(said_it) == "sent");
        auto const link = co_await listener->accept();
        REQUIRE(link);
        auto const received = co_await (*link)->receive();
        CHECK(!received);
        CHECK(received.error().detail.contains("opening handshake failed"));
        auto const gone = co_await peer->receive();
        CHECK(!gone);
      }
    });
  }

  TEST_CASE("a descriptor that becomes no link is closed") {
    asio::io_context context;
    auto const executor = context.get_executor();
    auto const file = [] { return open("/proc/self/status", O_RDONLY | O_CLOEXEC); };
    int const no_socket = file();
    CHECK_FALSE(adopt_socket(executor, no_socket).has_value());
    CHECK_FALSE(is_open(no_socket));
    int const datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_FALSE(adopt_socket(executor, datagrams).has_value());
    CHECK_FALSE(is_open(datagrams));
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    CHECK_FALSE(adopt_pipes(executor, -1, ends[1], "no input").has_value());
    CHECK_FALSE(is_open(ends[1]));
    CHECK_FALSE(adopt_pipes(executor, ends[0], -1, "no output").has_value());
    CHECK_FALSE(is_open(ends[0]));
  }
}
