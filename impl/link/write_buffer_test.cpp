// The write buffer by itself, and as every link uses it.
#include "impl/link/write_buffer.hpp"

#include "impl/link/deadline.hpp"
#include "impl/link/link_test.hpp"
#include "impl/wire/writer.hpp"

#include <boost/asio/awaitable.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using test::run;
using test::spell;

void put(WriteBuffer& buffer, std::string_view text) {
  wire::Writer{buffer.begin()}.put_bytes(as_bytes(text));
  CHECK(buffer.commit().has_value());
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("r[link.message] a write buffer keeps payloads apart, with a header before each") {
    for (auto const header_bytes : {0uz, 4uz}) {
      WriteBuffer buffer{header_bytes, 16};
      put(buffer, "one");
      put(buffer, "");
      wire::Writer{buffer.begin()}.put_bytes(as_bytes("never mind"));
      buffer.abandon();
      put(buffer, "two");
      CHECK(buffer.count() == 3);
      CHECK(buffer.bytes() == 6 + 3 * header_bytes);
      CHECK(as_text(buffer.payload(0)) == "one");
      CHECK(buffer.payload(1).empty());
      CHECK(as_text(buffer.payload(2)) == "two");
      buffer.clear();
      CHECK(buffer.empty());
      CHECK(buffer.bytes() == 0);
    }
    WriteBuffer framed{4, 16};
    put(framed, "ab");
    put(framed, "");
    CHECK(to_hex(framed.block()) == "02000000616200000000");
  }

  TEST_CASE(
      "r[link.tx.alloc.limits] a payload above the limit is refused, and nothing is left of it") {
    WriteBuffer buffer{4, 4};
    put(buffer, "1234");
    wire::Writer{buffer.begin()}.put_bytes(as_bytes("12345"));
    auto const refused = buffer.commit();
    CHECK(spell(refused) == "refused");
    CHECK(refused.error().detail == "a payload of 5 bytes is above the limit of 4");
    CHECK(to_hex(buffer.block()) == "0400000031323334");
  }

  TEST_CASE("a write buffer keeps a little room, and gives back what is more") {
    WriteBuffer buffer{4, 16uz << 20};
    auto const room_after = [&](std::size_t size) {
      wire::Writer{buffer.begin()}.put_bytes(Bytes(size));
      REQUIRE(buffer.commit());
      auto const* const before = buffer.block().data();
      buffer.clear();
      put(buffer, "x");
      auto const* const after = buffer.block().data();
      buffer.clear();
      return before == after ? "kept" : "given back";
    };
    CHECK(std::string{room_after(100)} == "kept");
    CHECK(std::string{room_after(100'000)} == "kept");
    CHECK(std::string{room_after(4uz << 20)} == "given back");
  }

  TEST_CASE("r[link.tx.send] one flush sends all that was committed, each payload by itself") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        for (auto const* const text : {"one", "", "three"})
          put(links.near->write_buffer(), text);
        auto const sent = co_await links.near->flush();
        CHECK(spell(sent) == "sent");
        CHECK(links.near->write_buffer().empty());
        auto const nothing = co_await links.near->flush();
        CHECK(spell(nothing) == "sent");
        for (auto const* const text : {"one", "", "three"}) {
          auto const received = co_await links.far->receive();
          CHECK(spell(received) == "payload " + std::string{text});
        }
        CHECK(links.near->bytes_moved() > 0);
        CHECK(links.far->bytes_moved() > 0);
      });
    }
  }

  TEST_CASE("r[link.tx.send] the buffer is filled on while a flush waits, and goes with the next") {
    auto const large = test::pattern(1uz << 20);
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      std::size_t flushed = 0;
      auto flush_all = [&]() -> asio::awaitable<void> {
        while (!links.near->write_buffer().empty()) {
          auto const sent = co_await links.near->flush();
          CHECK(spell(sent) == "sent");
          ++flushed;
        }
      };
      constexpr std::size_t count = 40;
      run(context, [&]() -> asio::awaitable<void> {
        auto& buffer = links.near->write_buffer();
        for (std::size_t i = 0; i < count / 2; ++i) {
          wire::Writer{buffer.begin()}.put_bytes(large);
          CHECK(buffer.commit().has_value());
        }
        asio::co_spawn(context, flush_all(), [](std::exception_ptr const&) {});
        auto const first = co_await links.far->receive();  // By now the flush waits for room.
        CHECK(flushed == 0);
        CHECK(buffer.empty());
        for (std::size_t i = 1; i < count / 2; ++i)
          put(buffer, "small");
        std::size_t received = 1;
        while (received < count / 2) {
          auto const payload = co_await links.far->receive();
          REQUIRE(payload);
          CHECK(equal(payload->view(), large));
          ++received;
        }
        while (received < count - 1) {
          auto const payload = co_await links.far->receive();
          CHECK(spell(payload) == "payload small");
          ++received;
        }
      });
    }
  }

  TEST_CASE(
      "r[link.tx.cancel-safe] what a cancelled flush was to send goes out without another one") {
    auto const large = test::pattern(1uz << 20);
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        auto& buffer = links.near->write_buffer();
        constexpr int count = 20;
        for (int round = 0; round < 2; ++round) {  // The second waits for the first.
          for (int i = 0; i < count; ++i) {
            wire::Writer{buffer.begin()}.put_bytes(large);
            CHECK(buffer.commit().has_value());
          }
          auto const sent = co_await within(std::chrono::seconds{0}, links.near->flush());
          CHECK(!sent);
        }
        for (int i = 0; i < 2 * count; ++i) {
          auto const received = co_await links.far->receive();
          REQUIRE(received);
          CHECK(equal(received->view(), large));
        }
      });
    }
  }

  TEST_CASE("r[link.rx.error] a flush after the end says why, and keeps nothing") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        links.near->close();
        put(links.near->write_buffer(), "too late");
        auto const sent = co_await links.near->flush();
        CHECK(spell(sent) == "stopped");
        CHECK(links.near->write_buffer().empty());
      });
    }
  }

  TEST_CASE("r[link.tx.close] finish sends what was committed and not yet flushed") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        put(links.near->write_buffer(), "last");
        co_await links.near->finish();
        auto const last = co_await links.far->receive();
        CHECK(spell(last) == "payload last");
        auto const end = co_await links.far->receive();
        CHECK(spell(end) == kind.end_after_finish);
      });
    }
  }
}
