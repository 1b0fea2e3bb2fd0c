#include "impl/link/faulty_link.hpp"

#include "impl/link/link_test.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <doctest/doctest.h>

#include <set>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using namespace vox::link::test;
using namespace boost::asio::experimental::awaitable_operators;

// Accepts one link, then asks and answers once; how each side came out of it.
asio::awaitable<std::string> converse(Listener& listener, std::shared_ptr<FaultPlan> const& plan) {
  std::string outcome;
  auto ask = [&]() -> asio::awaitable<void> {
    auto dialled = co_await connect(listener.address());
    if (!dialled) co_return;
    FaultyLink link{std::move(*dialled), plan};
    auto const sent = co_await link.send(as_bytes("ask"));
    auto const received = co_await link.receive();
    outcome = spell(sent) + ", " + spell(received);
  };
  auto answer = [&]() -> asio::awaitable<void> {
    auto const link = co_await listener.accept();
    if (!link) {
      listener.close();
      co_return;
    }
    auto const received = co_await (*link)->receive();
    if (!received) co_return;
    static_cast<void>(co_await (*link)->send(as_bytes("answer")));
    static_cast<void>(co_await (*link)->receive());  // The end.
  };
  co_await (ask() && answer());
  co_return outcome;
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("each operation of a conversation fails in turn, and the loop over them ends") {
    for (auto const moment : {FaultMoment::before, FaultMoment::after}) {
      std::set<FaultyOperation> failed;
      std::string outcome;
      std::size_t at = 0;
      for (;; ++at) {
        REQUIRE(at < 100);
        asio::io_context context;
        auto const plan = std::make_shared<FaultPlan>(at, moment);
        auto bound = listen(context.get_executor(), Address::parse("tcp://127.0.0.1:0").value());
        REQUIRE(bound);
        FaultyListener listener{std::move(*bound), plan};
        run(context,
            [&]() -> asio::awaitable<void> { outcome = co_await converse(listener, plan); });
        if (!plan->has_failed()) break;
        failed.insert(*plan->failed());
        // The answering side's last receive may fail without anybody minding.
        CHECK((outcome != "sent, payload answer" || at + 1 >= plan->operations()));
      }
      CHECK(failed.size() == 3);
      CHECK(outcome == "sent, payload answer");
      CHECK(at >= 6);
    }
  }

  TEST_CASE("a faulty link stays at its end, and the other side sees a reset") {
    asio::io_context context;
    auto pair = tcp_pair(context);
    auto const plan = std::make_shared<FaultPlan>(1, FaultMoment::before, FaultyOperation::flush);
    FaultyLink near{std::move(pair.near), plan};
    run(context, [&]() -> asio::awaitable<void> {
      auto const sent = co_await near.send(as_bytes("one"));
      CHECK(spell(sent) == "sent");
      for (int again = 0; again < 2; ++again) {
        auto const failed = co_await near.send(as_bytes("two"));
        CHECK(spell(failed) == "reset");
        auto const received = co_await near.receive();
        CHECK(spell(received) == "reset");
        CHECK(near.write_buffer().empty());
      }
      CHECK(plan->operations() == 2);
      auto received = co_await pair.far->receive();
      if (received) received = co_await pair.far->receive();
      CHECK(spell(received) == "reset");
    });
  }
}
