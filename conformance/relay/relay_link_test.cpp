#include "conformance/relay/relay_link.hpp"

#include "conformance/relay/fault_file.hpp"
#include "impl/link/deadline.hpp"
#include "impl/link/memory_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

using namespace voxspec;
using namespace voxspec::relay;
namespace asio = boost::asio;
namespace links = vox::link;

namespace {

void run(asio::awaitable<void> work, asio::io_context& context) {
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(work),
                 [&](std::exception_ptr const& error) { thrown = error; });
  context.run_for(std::chrono::seconds{10});
  if (thrown) std::rethrow_exception(thrown);
}

vox::Bytes hex(char const* text) {
  return vox::from_hex(text).value();
}

struct Ends {
  explicit Ends(asio::io_context& context, std::string const& rule = {}) {
    auto pair = links::make_memory_links(context.get_executor());
    subject = std::move(pair.second);
    if (!rule.empty()) {
      faults = parse_faults(R"({"faults": [{"id": "a", "about": "b",
                                "clauses": ["session.keepalive/2"], )" +
                                rule + "}]}",
                            "f.json")
                   .value();
      conversation.use(faults.front());
    }
    judge =
        std::make_unique<RelayLink>(std::move(pair.first), conversation, context.get_executor());
  }

  std::vector<WireFault> faults;
  Conversation conversation{vox::Role::acceptor, "memory"};
  std::unique_ptr<links::Link> judge;
  std::unique_ptr<links::Link> subject;
};

}  // namespace

TEST_CASE("payloads go through a relay both ways, and then the end") {
  asio::io_context context;
  Ends ends{context};
  auto work = [&]() -> asio::awaitable<void> {
    auto const sent = co_await ends.judge->send(hex("0102"));
    CHECK(sent.has_value());
    auto const there = co_await ends.subject->receive();
    CHECK(vox::to_hex(there->view()) == "0102");
    (void)co_await ends.subject->send(hex("03"));
    (void)co_await ends.subject->send(vox::Bytes{});
    auto const first = co_await ends.judge->receive();
    CHECK(vox::to_hex(first->view()) == "03");
    auto const second = co_await ends.judge->receive();
    CHECK(second->view().empty());
    ends.subject->abort();
    auto const end = co_await ends.judge->receive();
    REQUIRE(!end.has_value());
    CHECK(end.error().kind == links::LinkEndKind::reset);
    auto const again = co_await ends.judge->receive();
    CHECK(again.error() == end.error());
  };
  run(work(), context);
}

TEST_CASE("a relay reads no further than the judge does") {
  asio::io_context context;
  Ends ends{context};
  auto work = [&]() -> asio::awaitable<void> {
    (void)co_await ends.subject->send(hex("01"));
    (void)co_await ends.judge->receive();
    // The queue of the link holds 16 payloads, and one may be on its way.
    auto taken = 0;
    while (taken < 40) {
      auto const sent =
          co_await links::within(std::chrono::milliseconds{50}, ends.subject->send(hex("02")));
      if (!sent) break;
      ++taken;
    }
    CHECK(taken < 20);
    ends.judge->close();
  };
  run(work(), context);
}

TEST_CASE("what the relay answers reaches a judge that waits already") {
  asio::io_context context;
  Ends ends{context, R"("from": "judge", "match": "noise", "do": {"answer": {"frame": "aabb"}})"};
  auto work = [&]() -> asio::awaitable<void> {
    auto send = [&]() -> asio::awaitable<void> { (void)co_await ends.judge->send(hex("ffff")); };
    asio::co_spawn(context, send(), [](std::exception_ptr const&) {});
    auto const received = co_await ends.judge->receive();
    CHECK(vox::to_hex(received->view()) == "aabb");
    ends.judge->close();
    auto const end = co_await ends.judge->receive();
    CHECK(end.error().kind == links::LinkEndKind::stopped);
  };
  run(work(), context);
}

TEST_CASE("one side is ended and the other kept") {
  asio::io_context context;
  Ends ends{context, R"("from": "subject", "match": "noise", "do": {"end": "subject"})"};
  auto work = [&]() -> asio::awaitable<void> {
    (void)co_await ends.subject->send(hex("ff"));
    auto const received = co_await ends.judge->receive();
    CHECK(vox::to_hex(received->view()) == "ff");
    auto const end = co_await ends.subject->receive();
    REQUIRE(!end.has_value());
    CHECK(end.error().kind == links::LinkEndKind::eof);
    auto const sent = co_await ends.judge->send(hex("00"));
    CHECK(sent.has_value());  // it goes nowhere
    ends.judge->close();
  };
  run(work(), context);
}

namespace {

// A stream that notes its writes and never says anything.
class NotingLink final : public links::Link {
 public:
  NotingLink(asio::any_io_executor const& executor, std::size_t header_bytes)
      : changed_{executor}, buffer_{header_bytes, 1'000} {}

  asio::awaitable<links::Received> receive() override {
    co_await changed_.until([this] { return is_closed; });
    co_return std::unexpected(links::LinkEnd{links::LinkEndKind::stopped, "closed"});
  }
  void limit_received(std::size_t /*payload_bytes_max*/) override {}
  links::WriteBuffer& write_buffer() override { return buffer_; }
  asio::awaitable<links::Sent> flush() override {
    for (std::size_t i = 0; i < buffer_.count(); ++i)
      writes.push_back("frame " + vox::to_hex(buffer_.payload(i)));
    buffer_.clear();
    co_return links::Sent{};
  }
  asio::awaitable<links::Sent> send_raw(vox::ByteView bytes) override {
    if (!bytes.empty()) writes.push_back(vox::to_hex(bytes));
    co_return links::Sent{};
  }
  asio::awaitable<void> finish() override { co_return; }
  void close() override {
    is_closed = true;
    writes.emplace_back("close");
    changed_.notify();
  }
  void abort() override { close(); }
  [[nodiscard]] std::uint64_t bytes_moved() const override { return 0; }
  [[nodiscard]] std::string describe() const override { return "notes"; }

  std::vector<std::string> writes;
  bool is_closed = false;

 private:
  links::Condition changed_;
  links::WriteBuffer buffer_;
};

using Writes = std::vector<std::string>;

// What is written when the judge sends these payloads and closes the link, over a stream whose
// payloads have headers so long.
template <class Body>
Writes written(std::string const& rule, Body body, std::size_t header_bytes = 4) {
  asio::io_context context;
  auto const faults =
      parse_faults(R"({"faults": [{"id": "a", "about": "b", "clauses": ["session.keepalive/2"],
                       "from": "judge", "match": )" +
                       rule + "}]}",
                   "f.json")
          .value();
  Conversation conversation{vox::Role::acceptor, "tcp"};
  conversation.use(faults.front());
  auto owned = std::make_unique<NotingLink>(context.get_executor(), header_bytes);
  auto& noted = *owned;
  RelayLink link{std::move(owned), conversation, context.get_executor()};
  run(body(link), context);
  return noted.writes;
}

}  // namespace

TEST_CASE("a frame is cut over several writes") {
  auto const send = [](RelayLink& link) -> asio::awaitable<void> {
    (void)co_await link.send(hex("aabb"));
    (void)co_await link.send(hex("cc"));
  };
  CHECK(written(R"("noise", "nth": 1, "do": {"cut": [1, 5, 9]})", send) ==
        Writes{"02", "000000aa", "bb", "frame cc"});
  CHECK(written(R"("noise", "nth": 2, "do": {"cut": "bytewise"})", send) ==
        Writes{"frame aabb", "01", "00", "00", "00", "cc"});
}

TEST_CASE("a frame goes out in one write with the next, or alone") {
  auto const send = [](RelayLink& link) -> asio::awaitable<void> {
    (void)co_await link.send(hex("aa"));
    (void)co_await link.send(hex("bb"));
  };
  CHECK(written(R"("noise", "nth": 1, "do": "join")", send) == Writes{"01000000aa01000000bb"});
  // Nothing follows the second one.
  CHECK(written(R"("noise", "do": "join")", send) == Writes{"01000000aa01000000bb"});
  auto const pieces = [](RelayLink& link) -> asio::awaitable<void> {
    (void)co_await link.send_raw(hex("01000000aa01000000bb0100"));
    (void)co_await link.send_raw(hex("0000cc"));
  };
  CHECK(written(R"("noise", "nth": 1, "do": "join")", pieces) ==
        Writes{"01000000aa01000000bb", "0100", "0000cc"});
}

TEST_CASE("frames are cut and joined with the headers of the subject's stream") {
  // A count of file descriptors stands behind each length.
  auto const send = [](RelayLink& link) -> asio::awaitable<void> {
    (void)co_await link.send(hex("aabb"));
    (void)co_await link.send(hex("cc"));
  };
  CHECK(written(R"("noise", "nth": 1, "do": {"cut": [1, 9]})", send, 8) == Writes{"02",
                                                                                  "000000"
                                                                                  "00000000"
                                                                                  "aa",
                                                                                  "bb",
                                                                                  "frame cc"});
  CHECK(written(R"("noise", "nth": 1, "do": "join")", send, 8) ==
        Writes{"0200000000000000aabb0100000000000000cc"});
  auto const pieces = [](RelayLink& link) -> asio::awaitable<void> {
    CHECK(link.write_buffer().header_bytes() == 8);
    (void)co_await link.send_raw(hex("0100000000000000aa01000000"));
    (void)co_await link.send_raw(hex("00000000bb"));
    // Nobody takes what comes with a descriptor: it goes by as it was written.
    (void)co_await link.send_raw(hex("0100000001000000cc"));
  };
  CHECK(written(R"("noise", "nth": 1, "do": "drop")", pieces, 8) ==
        Writes{"01000000", "00000000bb", "0100000001000000cc"});
}

TEST_CASE("a frame that waits for the next is written before the link is closed") {
  auto const send = [](RelayLink& link) -> asio::awaitable<void> {
    (void)co_await link.send(hex("aa"));
    link.close();
  };
  CHECK(written(R"("noise", "do": "join")", send) == Writes{"01000000aa", "close"});
}
