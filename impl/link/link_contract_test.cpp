// What holds for every link, whatever it goes over.
#include "impl/link/deadline.hpp"
#include "impl/link/link_test.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using namespace vox;
using namespace vox::link;
using test::run;
using test::spell;

// Whatever the other links do meanwhile, this lets them do it: everything that is ready runs.
asio::awaitable<void> let_others_run() {
  for (int turns = 0; turns < 16; ++turns) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  }
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("r[link.message] r[link.order] payloads cross whole and in order, both ways at once") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        for (auto const* const text : {"first", "second"}) {
          auto const sent = co_await links.near->send(as_bytes(text));
          CHECK(spell(sent) == "sent");
        }
        auto const back = co_await links.far->send(as_bytes("back"));
        CHECK(spell(back) == "sent");
        auto const first = co_await links.far->receive();
        CHECK(spell(first) == "payload first");
        auto const second = co_await links.far->receive();
        CHECK(spell(second) == "payload second");
        auto const third = co_await links.near->receive();
        CHECK(spell(third) == "payload back");
      });
    }
  }

  TEST_CASE("r[link.split] a link receives in one task while it sends in another") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      constexpr int rounds = 20;
      auto echo = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < rounds; ++i) {
          auto const received = co_await links.far->receive();
          REQUIRE(received);
          auto const sent = co_await links.far->send(received->view());
          CHECK(spell(sent) == "sent");
        }
      };
      auto send = [&]() -> asio::awaitable<void> {
        co_await let_others_run();  // The receive is under way by now.
        for (int i = 0; i < rounds; ++i) {
          auto const sent = co_await links.near->send(as_bytes(std::to_string(i)));
          CHECK(spell(sent) == "sent");
        }
      };
      auto receive = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < rounds; ++i) {
          auto const received = co_await links.near->receive();
          CHECK(spell(received) == "payload " + std::to_string(i));
        }
      };
      run(context, [&]() -> asio::awaitable<void> { co_await (receive() && send() && echo()); });
    }
  }

  TEST_CASE("r[link.message.empty] an empty payload is a payload") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        auto const sent = co_await links.near->send({});
        CHECK(spell(sent) == "sent");
        co_await links.near->finish();
        auto const empty = co_await links.far->receive();
        CHECK(spell(empty) == "payload ");
        auto const end = co_await links.far->receive();
        CHECK(spell(end) == kind.end_after_finish);
      });
    }
  }

  TEST_CASE(
      "r[link.tx.close] r[link.rx.eof] finish lets the peer read everything, then eof for ever") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        auto const sent = co_await links.near->send(as_bytes("last"));
        CHECK(spell(sent) == "sent");
        co_await links.near->finish();
        auto const refused = co_await links.near->send(as_bytes("too late"));
        CHECK(spell(refused) == "stopped");
        auto const last = co_await links.far->receive();
        CHECK(spell(last) == "payload last");
        for (int again = 0; again < 2; ++again) {
          auto const end = co_await links.far->receive();
          CHECK(spell(end) == kind.end_after_finish);
        }
        if (!kind.half_close) co_return;
        auto const rest = co_await links.far->send(as_bytes("rest"));
        CHECK(spell(rest) == "sent");
        auto const answer = co_await links.near->receive();
        CHECK(spell(answer) == "payload rest");
      });
    }
  }

  TEST_CASE("r[link.tx.close] close leaves what was sent and ends our own operations") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        auto const unread = co_await links.far->send(as_bytes("never read"));
        CHECK(spell(unread) == "sent");
        auto const sent = co_await links.near->send(as_bytes("last"));
        CHECK(spell(sent) == "sent");
        links.near->close();
        auto const own = co_await links.near->receive();
        CHECK(spell(own) == "stopped");
        auto const late = co_await links.near->send(as_bytes("too late"));
        CHECK(spell(late) == "stopped");
        auto const last = co_await links.far->receive();
        CHECK(spell(last) == "payload last");
        auto const end = co_await links.far->receive();
        CHECK(spell(end) == kind.end_after_finish);
      });
    }
  }

  TEST_CASE("r[link.tx.close] close and abort end a receive that is under way") {
    for (auto const& kind : test::all_kinds) {
      for (auto const end : {&Link::close, &Link::abort}) {
        CAPTURE(kind.name);
        asio::io_context context;
        auto const links = kind.make(context, {});
        std::string outcome;
        auto receive = [&]() -> asio::awaitable<void> {
          auto const received = co_await links.near->receive();
          outcome = spell(received);
        };
        auto act = [&]() -> asio::awaitable<void> {
          co_await let_others_run();
          CHECK(outcome.empty());
          ((*links.near).*end)();
        };
        run(context, [&]() -> asio::awaitable<void> { co_await (receive() && act()); });
        CHECK(outcome == "stopped");
      }
    }
  }

  TEST_CASE(
      "r[link.rx.error] an abort of tcp and memory links is a reset for the peer, and stays one") {
    for (auto const& kind : test::all_kinds) {
      if (!kind.reset) continue;
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        links.near->abort();
        for (int again = 0; again < 2; ++again) {
          auto const end = co_await links.far->receive();
          CHECK(spell(end) == "reset");
        }
        auto const late = co_await links.far->send(as_bytes("anyone?"));
        CHECK(spell(late) == "reset");
      });
    }
  }

  TEST_CASE(
      "r[link.tx.alloc.limits] a payload above the limit is refused and nothing of it is sent") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {.frame_bytes_max = 4});
      run(context, [&]() -> asio::awaitable<void> {
        auto const refused = co_await links.near->send(as_bytes("12345"));
        CHECK(spell(refused) == "refused");
        CHECK(refused.error().detail == "a payload of 5 bytes is above the limit of 4");
        auto const fits = co_await links.near->send(as_bytes("1234"));
        CHECK(spell(fits) == "sent");
        auto const received = co_await links.far->receive();
        CHECK(spell(received) == "payload 1234");
      });
    }
  }

  TEST_CASE("r[link.tx.send] a send waits until the peer makes room") {
    auto const payload = test::pattern(1uz << 20);
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      int sent = 0;
      constexpr int count = 64;
      auto send_all = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < count; ++i) {
          auto const result = co_await links.near->send(payload);
          CHECK(spell(result) == "sent");
          ++sent;
        }
      };
      asio::co_spawn(context, send_all(), [](std::exception_ptr const&) {});
      run(context, [&]() -> asio::awaitable<void> {
        co_await let_others_run();
        CHECK(sent < count);
        for (int i = 0; i < count; ++i) {
          auto const received = co_await links.far->receive();
          REQUIRE(received);
          CHECK(equal(received->view(), payload));
        }
        co_await let_others_run();
      });
      CHECK(sent == count);
    }
  }

  TEST_CASE("r[link.tx.cancel-safe] a cancelled send publishes its payload whole or not at all") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      auto const large = test::pattern(1uz << 20);
      run(context, [&]() -> asio::awaitable<void> {
        int sent = 0;
        for (;;) {  // Until one has to wait, and is cancelled.
          auto payload = large;
          auto const result = co_await within(std::chrono::seconds{0}, links.near->send(payload));
          std::ranges::fill(payload, std::byte{0xee});  // Nobody may look at it any more.
          if (!result) break;
          ++sent;
        }
        auto finish = [&]() -> asio::awaitable<void> {
          auto const result = co_await links.near->send(as_bytes("after"));
          CHECK(spell(result) == "sent");
          co_await links.near->finish();
        };
        asio::co_spawn(context, finish(), [](std::exception_ptr const&) {});
        int whole = 0;
        auto received = co_await links.far->receive();
        while (received && received->view().size() == large.size()) {
          CHECK(equal(received->view(), large));
          ++whole;
          received = co_await links.far->receive();
        }
        CHECK(spell(received) == "payload after");
        CHECK((whole == sent || whole == sent + 1));
      });
    }
  }

  TEST_CASE("r[link.rx.eof] an end stays the same end when our side closes after it") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        co_await links.near->finish();
        auto const end = co_await links.far->receive();
        REQUIRE(!end);
        CHECK(spell(end) == kind.end_after_finish);
        links.far->close();
        auto const again = co_await links.far->receive();
        REQUIRE(!again);
        CHECK(again.error() == end.error());
      });
    }
  }

  TEST_CASE("r[link.rx.recv] a receive that gave up loses nothing") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        auto const nothing = co_await receive_within(*links.far, std::chrono::seconds{0});
        CHECK(!nothing);
        auto const sent = co_await links.near->send(as_bytes("late"));
        CHECK(spell(sent) == "sent");
        auto const received = co_await links.far->receive();
        CHECK(spell(received) == "payload late");
      });
    }
  }

  TEST_CASE("a link takes no larger payload than it was told to, also of what has come already") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {.frame_bytes_max = 200'000});
      run(context, [&]() -> asio::awaitable<void> {
        // All are there before the first is received, as far as the transport holds them.
        for (std::size_t const size : {1000uz, 20'000uz, 1001uz}) {
          auto const sent = co_await links.near->send(test::pattern(size));
          CHECK(spell(sent) == "sent");
        }
        links.far->limit_received(1000);
        auto const small = co_await links.far->receive();
        REQUIRE(small);
        CHECK(small->view().size() == 1000);
        links.far->limit_received(20'000);
        auto const large = co_await links.far->receive();
        REQUIRE(large);
        CHECK(equal(large->view(), test::pattern(20'000)));
        links.far->limit_received(1000);
        co_await links.near->finish();  // A WebSocket waits for the peer to take note of its end.
        for (int again = 0; again < 2; ++again) {
          auto const end = co_await links.far->receive();
          CHECK(spell(end) == "oversize");
        }
      });
    }
  }

  TEST_CASE("a link that is told of a larger limit than its options have keeps theirs") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {.frame_bytes_max = 100});
      run(context, [&]() -> asio::awaitable<void> {
        links.near->limit_received(1000);
        CHECK(links.near->write_buffer().payload_bytes_max() == 100);
        auto const refused = co_await links.near->send(test::pattern(101));
        CHECK(spell(refused) == "refused");
        auto const sent = co_await links.far->send(test::pattern(100));
        CHECK(spell(sent) == "sent");
        auto const received = co_await links.near->receive();
        CHECK(received);
      });
    }
  }

  TEST_CASE("r[link.rx.recv] a payload stays as it is while held, whatever comes after it") {
    for (auto const& kind : test::all_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        for (auto const* const text : {"held", "next"}) {
          auto const sent = co_await links.near->send(as_bytes(text));
          CHECK(spell(sent) == "sent");
        }
        auto const held = co_await links.far->receive();
        auto const next = co_await links.far->receive();
        links.far.reset();
        CHECK(spell(held) == "payload held");
        CHECK(spell(next) == "payload next");
      });
    }
  }
}
