// What only byte streams have: frames in segments, ends inside frames.
#include "impl/link/stream_link.hpp"

#include "conformance/testing/property.hpp"
#include "impl/link/link_test.hpp"
#include "impl/wire/stream_framing.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using test::run;
using test::spell;

struct End {
  std::string_view about;
  std::string_view hex;  // what the peer sends before it ends its stream
  std::string_view outcome;
  std::string_view detail;
};
constexpr End ends[] = {
    {"at once", "", "eof", "the peer ended its stream"},
    {"within a prefix, one byte", "01", "eof", "inside a length prefix"},
    {"within a prefix, three bytes", "010000", "eof", "inside a length prefix"},
    {"before the body", "01000000", "truncated", "inside a payload"},
    {"inside the body", "020000000a", "truncated", "inside a payload"},
    {"above the limit", "11000000", "oversize", "17"},
    {"far above the limit", "ffffffff", "oversize", "4294967295"},
};

Bytes framed(std::vector<Bytes> const& payloads) {
  wire::Buffer out;
  for (auto const& payload : payloads)
    wire::put_frame(out, payload);
  return out.take();
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("r[link.rx.eof] r[link.rx.error] each way a stream can end is told apart, and stays") {
    for (auto const& kind : test::stream_kinds) {
      for (auto const& end : ends) {
        CAPTURE(kind.name);
        CAPTURE(end.about);
        asio::io_context context;
        auto const links = kind.make(context, {.frame_bytes_max = 16});
        run(context, [&]() -> asio::awaitable<void> {
          auto const raw = from_hex("0100000041" + std::string{end.hex}).value();
          auto const sent = co_await links.near->send_raw(raw);
          CHECK(spell(sent) == "sent");
          co_await links.near->finish();
          auto const before = co_await links.far->receive();
          CHECK(spell(before) == "payload A");
          for (int again = 0; again < 2; ++again) {
            auto const received = co_await links.far->receive();
            CHECK(spell(received) == end.outcome);
            CHECK(received.error().detail.contains(end.detail));
          }
        });
      }
    }
  }

  TEST_CASE(
      "r[link.message] r[transport.stream] segments do not matter: any cut gives the same "
      "payloads") {
    voxspec::test::holds([](std::vector<std::string> const& texts, std::vector<std::uint8_t> cuts) {
      asio::io_context context;
      auto const links = test::local_pair(context);
      std::vector<Bytes> payloads;
      for (auto const& text : texts)
        payloads.push_back(to_bytes(as_bytes(text)));
      auto const bytes = framed(payloads);
      run(context, [&]() -> asio::awaitable<void> {
        std::vector<Bytes> arrived;
        ByteView rest{bytes};
        cuts.push_back(255);
        for (std::size_t i = 0; !rest.empty(); i = (i + 1) % cuts.size()) {
          auto const piece = rest.first(std::min<std::size_t>(rest.size(), cuts[i] % 9U + 1U));
          rest = rest.subspan(piece.size());
          auto const sent = co_await links.near->send_raw(piece);
          RC_ASSERT(sent.has_value());
          auto received = co_await receive_within(*links.far, std::chrono::seconds{0});
          while (received) {
            RC_ASSERT(received->has_value());
            arrived.push_back(to_bytes((*received)->view()));
            received = co_await receive_within(*links.far, std::chrono::seconds{0});
          }
        }
        co_await links.near->finish();
        auto received = co_await links.far->receive();
        while (received) {
          arrived.push_back(to_bytes(received->view()));
          received = co_await links.far->receive();
        }
        RC_ASSERT(spell(received) == "eof");
        RC_ASSERT(arrived == payloads);
      });
    });
  }

  TEST_CASE("r[transport.stream] a payload larger than every buffer crosses whole") {
    auto const payload = test::pattern((3uz << 20) + 1);
    for (auto const& kind : test::stream_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
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
  }

  TEST_CASE("r[link.rx.error] sending into a stream that nobody reads is a reset, not a signal") {
    for (auto const& kind : test::stream_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        links.far->abort();
        links.far.reset();
        auto sent = co_await links.near->send(as_bytes("anyone?"));
        CHECK(spell(sent) == "reset");
        sent = co_await links.near->send(as_bytes("anyone?"));
        CHECK(spell(sent) == "reset");
      });
    }
  }

  TEST_CASE("a link says in its description where it leads") {
    asio::io_context context;
    CHECK(test::tcp_pair(context).near->describe().starts_with("tcp 127.0.0.1:"));
    CHECK(test::local_pair(context).near->describe() == "local without a name");
    CHECK(test::pipe_pair(context).near->describe() == "near");
  }

  TEST_CASE("a descriptor that is no stream socket is refused in a sentence") {
    asio::io_context context;
    auto const link = adopt_socket(context.get_executor(), -1);
    REQUIRE(!link);
    CHECK(link.error().starts_with("cannot make a link of the given descriptor: "));
  }
}
