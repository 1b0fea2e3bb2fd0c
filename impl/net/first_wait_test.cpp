#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace vox::net::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using session::ErrorKind;
using session::SessionError;

// What came of waiting for a peer whose first links fail so, and what it took.
struct Wait {
  std::optional<SessionError> error{};
  std::size_t attempts = 0;
  std::vector<Duration> pauses{};
};

Wait wait_through(std::deque<SessionError> failures) {
  Wait wait;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    AcceptorBuilder acceptor;
    acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>("theirs"));
    auto const source = std::make_shared<AcceptorSource>(acceptor);
    source->failures = std::move(failures);
    InitiatorBuilder builder;
    builder.service("Echo").wait_for_peer(10s).pause([&](Duration pause) -> asio::awaitable<void> {
      wait.pauses.push_back(pause);
      co_return;
    });
    auto const session = co_await builder.establish_from(source);
    if (!session) wait.error = session.error();
    wait.attempts = source->asked;
  });
  return wait;
}

// Fails once, and then gives no link at all.
class MuteSource final : public LinkSource {
 public:
  asio::awaitable<Next> next() override {
    if (!std::exchange(has_failed_, true)) co_return std::unexpected(session::io_error("refused"));
    asio::steady_timer timer{co_await asio::this_coro::executor, 1h};
    co_await timer.async_wait(asio::use_awaitable);
    co_return std::unexpected(session::io_error("an hour later"));
  }

 private:
  bool has_failed_ = false;
};

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE(
    "r[session.initial-connect-waiting.retryable] r[session.initial-connect-waiting.backoff] a "
    "peer that is not there yet is waited for, with growing pauses") {
  auto const wait = wait_through({session::io_error("refused"),
                                  {.kind = ErrorKind::connect_timeout},
                                  session::io_error("refused")});
  CHECK_FALSE(wait.error);
  CHECK(wait.attempts == 4);
  CHECK(wait.pauses == std::vector<Duration>{100ms, 200ms, 400ms});
}

TEST_CASE(
    "r[session.initial-connect-waiting.non-retryable] what is no matter of time is reported at "
    "once") {
  for (auto const kind : {ErrorKind::protocol, ErrorKind::rejected, ErrorKind::not_resumable}) {
    auto const wait = wait_through({session::io_error("refused"), {.kind = kind}});
    REQUIRE(wait.error);
    CHECK(wait.error->kind == kind);
    CHECK(wait.attempts == 2);
  }
}

TEST_CASE(
    "r[session.initial-connect-waiting.timeout] when the time is over the last failure that was "
    "worth repeating is reported, though another attempt is under way") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    InitiatorBuilder builder;
    builder.wait_for_peer(20ms).pause([](Duration) -> asio::awaitable<void> { co_return; });
    auto const session = co_await builder.establish_from(std::make_shared<MuteSource>());
    REQUIRE_FALSE(session);
    CHECK(session.error() == session::io_error("refused"));
  });
}

TEST_CASE("without a time to wait there is one attempt") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const session = co_await InitiatorBuilder{}.establish_from(std::make_shared<MuteSource>());
    REQUIRE_FALSE(session);
    CHECK(session.error() == session::io_error("refused"));
  });
}

TEST_SUITE_END();

}  // namespace vox::net::test
