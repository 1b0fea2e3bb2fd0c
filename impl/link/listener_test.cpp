#include "impl/link/listener.hpp"

#include "impl/link/deadline.hpp"
#include "impl/link/link_test.hpp"
#include "impl/link/stdio.hpp"
#include "impl/link/stream_link.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using namespace boost::asio::experimental::awaitable_operators;
using test::run;
using test::spell;

// A folder for socket files, gone with its owner.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "voxspec-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(Folder const&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder const&) = delete;
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

Address must_parse(std::string const& text) {
  auto address = Address::parse(text);
  REQUIRE_MESSAGE(address, address.error());
  return *address;
}

Address local(std::filesystem::path const& path) {
  return must_parse("local://" + path.string());
}

// One payload there and one back over a fresh link to the listener.
asio::awaitable<void> exchange(Listener& listener) {
  auto dial = [&]() -> asio::awaitable<void> {
    auto const link = co_await connect(listener.address());
    REQUIRE_MESSAGE(link, link.error());
    auto const sent = co_await (*link)->send(as_bytes("there"));
    CHECK(spell(sent) == "sent");
    auto const received = co_await (*link)->receive();
    CHECK(spell(received) == "payload back");
  };
  auto serve = [&]() -> asio::awaitable<void> {
    auto const link = co_await listener.accept();
    REQUIRE(link);
    auto const received = co_await (*link)->receive();
    CHECK(spell(received) == "payload there");
    auto const sent = co_await (*link)->send(as_bytes("back"));
    CHECK(spell(sent) == "sent");
  };
  co_await (dial() && serve());
}

std::string refusal_to_listen(asio::io_context& context, Address const& address) {
  auto const listener = listen(context.get_executor(), address);
  return listener ? "" : listener.error();
}

std::string refusal_to_connect(asio::io_context& context, Address const& address,
                               std::chrono::milliseconds timeout = std::chrono::seconds{5}) {
  std::string refusal;
  run(context, [&]() -> asio::awaitable<void> {
    auto const link = co_await connect(address, {.link = {}, .timeout = timeout});
    if (!link) refusal = link.error();
  });
  return refusal;
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE(
      "r[transport.stream.kinds] every address that is listened to can be connected to, twice") {
    Folder const folder;
    auto const path = (folder / "socket").string();
    for (auto const& text : {std::string{"tcp://127.0.0.1:0"}, std::string{"tcp://localhost:0"},
                             std::string{"ws://127.0.0.1:0/p"}, "local://" + path}) {
      CAPTURE(text);
      asio::io_context context;
      auto const listener = listen(context.get_executor(), must_parse(text));
      REQUIRE_MESSAGE(listener, listener.error());
      auto const bound = (*listener)->address();
      CHECK((bound.transport == Transport::local || bound.port != 0));
      run(context, [&]() -> asio::awaitable<void> {
        co_await exchange(**listener);
        co_await exchange(**listener);
      });
    }
  }

  TEST_CASE("a closed listener ends its accept, refuses the next and takes no more peers") {
    Folder const folder;
    for (auto const& address : {must_parse("tcp://127.0.0.1:0"), local(folder / "socket")}) {
      asio::io_context context;
      auto const listener = listen(context.get_executor(), address);
      REQUIRE_MESSAGE(listener, listener.error());
      auto const bound = (*listener)->address();
      CAPTURE(to_string(bound));
      run(context, [&]() -> asio::awaitable<void> {
        auto close = [&]() -> asio::awaitable<void> {
          (*listener)->close();
          co_return;
        };
        auto accept = [&]() -> asio::awaitable<void> {
          for (int again = 0; again < 2; ++again) {
            auto const link = co_await (*listener)->accept();
            REQUIRE(!link);
            CHECK(link.error().kind == LinkEndKind::stopped);
          }
        };
        co_await (accept() && close());
      });
      CHECK(refusal_to_connect(context, bound).contains(to_string(bound)));
    }
  }

  TEST_CASE("an accept that gave up loses no peer") {
    asio::io_context context;
    auto const listener = listen(context.get_executor(), must_parse("tcp://127.0.0.1:0"));
    REQUIRE_MESSAGE(listener, listener.error());
    run(context, [&]() -> asio::awaitable<void> {
      auto const nobody = co_await within(std::chrono::seconds{0}, (*listener)->accept());
      CHECK(!nobody);
      co_await exchange(**listener);
    });
  }

  TEST_CASE("a refused connection says in one sentence where it did not get to and why") {
    asio::io_context context;
    auto const listener = listen(context.get_executor(), must_parse("tcp://127.0.0.1:0"));
    REQUIRE_MESSAGE(listener, listener.error());
    auto const address = (*listener)->address();
    (*listener)->close();
    CHECK(refusal_to_connect(context, address) ==
          "cannot connect to " + to_string(address) + ": Connection refused");
    CHECK(refusal_to_connect(context, local("/nowhere/at/all")) ==
          "cannot connect to local:///nowhere/at/all: No such file or directory");
    CHECK(refusal_to_listen(context, must_parse("tcp://192.0.2.1:0"))
              .starts_with("cannot listen on tcp://192.0.2.1:0: "));
  }

  TEST_CASE("a peer that accepts and says nothing does not hold a connect for ever") {
    asio::io_context context;
    auto const listener = listen(context.get_executor(), must_parse("tcp://127.0.0.1:0"));
    REQUIRE_MESSAGE(listener, listener.error());
    auto address = (*listener)->address();
    address.transport = Transport::websocket;
    address.path = "/";
    CHECK(refusal_to_connect(context, address, std::chrono::milliseconds{50}) ==
          "cannot connect to " + to_string(address) + ": no answer within 50 ms");
  }

  TEST_CASE("a tcp port that is served cannot be listened to again") {
    asio::io_context context;
    auto const listener = listen(context.get_executor(), must_parse("tcp://127.0.0.1:0"));
    REQUIRE_MESSAGE(listener, listener.error());
    CHECK(refusal_to_listen(context, (*listener)->address()).ends_with("Address already in use"));
  }

  TEST_CASE(
      "r[transport.stream.local] a dead server's socket file is replaced, a living one's is not") {
    Folder const folder;
    auto const address = local(folder / "socket");
    asio::io_context context;
    {
      asio::local::stream_protocol::acceptor const dead{context, {address.path}};
      CHECK(refusal_to_listen(context, address).ends_with("another server answers there"));
    }
    REQUIRE(std::filesystem::exists(address.path));
    {
      auto const listener = listen(context.get_executor(), address);
      REQUIRE_MESSAGE(listener, listener.error());
      CHECK(refusal_to_listen(context, address).ends_with("another server holds its lock file"));
      run(context, [&]() -> asio::awaitable<void> { co_await exchange(**listener); });
    }
    CHECK(!std::filesystem::exists(address.path));
    CHECK(refusal_to_listen(context, address).empty());
  }

  TEST_CASE("r[transport.stream.local] a file that is no socket is left alone") {
    Folder const folder;
    auto const address = local(folder / "precious");
    std::ofstream{address.path} << "data";
    asio::io_context context;
    CHECK(refusal_to_listen(context, address) ==
          "cannot listen on " + to_string(address) + ": the path is there and is no socket");
    CHECK(std::filesystem::file_size(address.path) == 4);
  }

  TEST_CASE("r[transport.stream.kinds] stdio becomes a link, and stray prints do not reach it") {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    int const old_input = dup(STDIN_FILENO);
    int const old_output = dup(STDOUT_FILENO);
    dup2(ends[1], STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    asio::io_context context;
    auto peer = adopt_socket(context.get_executor(), ends[0]);
    auto link = take_stdio(context.get_executor());
    std::array<char, 1> byte{};
    auto const read_from_nothing = read(STDIN_FILENO, byte.data(), byte.size());
    dup2(old_input, STDIN_FILENO);
    dup2(old_output, STDOUT_FILENO);
    close(old_input);
    close(old_output);
    CHECK(read_from_nothing == 0);
    REQUIRE_MESSAGE(peer, peer.error());
    REQUIRE_MESSAGE(link, link.error());
    CHECK((*link)->describe() == "stdio");
    run(context, [&]() -> asio::awaitable<void> {
      auto const asked = co_await (*peer)->send(as_bytes("there"));
      CHECK(spell(asked) == "sent");
      auto const received = co_await (*link)->receive();
      CHECK(spell(received) == "payload there");
      auto const answered = co_await (*link)->send(as_bytes("back"));
      CHECK(spell(answered) == "sent");
      (*link)->close();
      auto const back = co_await (*peer)->receive();
      CHECK(spell(back) == "payload back");
      auto const end = co_await (*peer)->receive();
      CHECK(spell(end) == "eof");
    });
  }
}
