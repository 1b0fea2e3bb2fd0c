#include "impl/link/memory_link.hpp"

#include "impl/link/deadline.hpp"
#include "impl/link/link_test.hpp"

#include <doctest/doctest.h>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using test::run;
using test::spell;

}  // namespace

TEST_SUITE("net") {
  TEST_CASE(
      "r[transport.memory] a queue holds as many payloads as it may, and one more once one is "
      "read") {
    asio::io_context context;
    auto const links =
        make_memory_links(context.get_executor(), {.link = {}, .queued_payloads_max = 2});
    run(context, [&]() -> asio::awaitable<void> {
      for (auto const* const text : {"one", "two"}) {
        auto const sent = co_await links.first->send(as_bytes(text));
        CHECK(spell(sent) == "sent");
      }
      auto const full =
          co_await within(std::chrono::seconds{0}, links.first->send(as_bytes("three")));
      CHECK(!full);
      auto const one = co_await links.second->receive();
      CHECK(spell(one) == "payload one");
      auto const still_full =
          co_await within(std::chrono::seconds{0}, links.first->send(as_bytes("four")));
      CHECK(!still_full);
      for (auto const* const text : {"two", "three", "four"}) {
        auto const received = co_await links.second->receive();
        CHECK(spell(received) == "payload " + std::string{text});
      }
      auto const sent = co_await links.first->send(as_bytes("five"));
      CHECK(spell(sent) == "sent");
    });
  }

  TEST_CASE(
      "r[transport.memory] a link that is dropped is a closed one, and has no bytes below "
      "payloads") {
    asio::io_context context;
    auto links = make_memory_links(context.get_executor());
    run(context, [&]() -> asio::awaitable<void> {
      auto const raw = co_await links.first->send_raw(as_bytes("raw"));
      CHECK(spell(raw) == "refused");
      auto const sent = co_await links.first->send(as_bytes("last"));
      CHECK(spell(sent) == "sent");
      links.first.reset();
      auto const last = co_await links.second->receive();
      CHECK(spell(last) == "payload last");
      auto const end = co_await links.second->receive();
      CHECK(spell(end) == "eof");
      auto const late = co_await links.second->send(as_bytes("anyone?"));
      CHECK(spell(late) == "reset");
    });
  }
}
