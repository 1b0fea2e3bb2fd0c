// How a running session outlives its links.
#include "impl/link/link_test.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_test.hpp"
#include "impl/net/source_recoverer.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/prologue.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <chrono>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace std::chrono_literals;
using net::test::AcceptorSource;
using net::test::echo;
using net::test::EchoHandler;
using session::EndCause;

// An initiator on a source of links to an acceptor with a registry.
struct Setting {
  explicit Setting(Rulebook rulebook = Rulebook::spec)
      : registry{std::make_shared<SessionRegistry>(rulebook)} {
    initiator.rulebook(rulebook).service("Echo").on_connection(ours);
    AcceptorBuilder acceptor;
    acceptor.rulebook(rulebook).service("Echo").on_connection(theirs).registry(registry);
    source = std::make_shared<AcceptorSource>(acceptor);
  }
  template <class Body>
  void with_session(Body body) {
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const session = co_await initiator.establish_from(source);
      REQUIRE(session);
      co_await body(*session);
    });
  }

  asio::io_context context;
  std::shared_ptr<SessionRegistry> registry;
  std::shared_ptr<EchoHandler> ours = std::make_shared<EchoHandler>("ours");
  std::shared_ptr<EchoHandler> theirs = std::make_shared<EchoHandler>("theirs");
  std::shared_ptr<AcceptorSource> source;
  InitiatorBuilder initiator;
};

// The errors of a source that fails so many times.
std::deque<session::SessionError> io_errors(std::size_t count) {
  return std::deque<session::SessionError>(count, session::io_error("no route"));
}

std::size_t resumed_count(AcceptorSource const& source) {
  std::size_t count = 0;
  for (auto const& accepted : source.accepted)
    count += accepted && std::holds_alternative<Resumed>(*accepted) ? 1U : 0U;
  return count;
}

// A recoverer's attempts: the keys that it presents, and how long it pauses between them.
struct Attempts {
  std::vector<Duration> pauses;
  std::vector<bool> with_key;
};

// Lets a source fail three times and then listens to what is presented to it.
Attempts attempts_of(Rulebook rulebook) {
  class KeySource final : public LinkSource {
   public:
    explicit KeySource(Attempts& attempts) : attempts_{attempts} {}
    asio::awaitable<std::expected<std::unique_ptr<Link>, session::SessionError>> next() override {
      auto const executor = co_await asio::this_coro::executor;
      auto links = make_memory_links(executor);
      asio::co_spawn(executor, answer(std::move(links.second), attempts_.with_key.size() < 3),
                     asio::detached);
      co_return std::move(links.first);
    }

   private:
    // Reads as far as the hello, and breaks the link there, or answers it.
    asio::awaitable<void> answer(std::unique_ptr<Link> link, bool breaks) {
      session::HandshakeOptions options{.role = Role::acceptor, .rulebook = Rulebook::vox_0_4};
      session::Handshake handshake{std::move(options)};
      static_cast<void>(co_await link->receive());
      auto const accept = wire::encode_prologue(wire::TransportAccept{});
      static_cast<void>(co_await link->send(accept));
      auto const hello = co_await link->receive();
      auto const decoded = wire::decode_handshake(hello->view(), wire::Strictness::strict);
      attempts_.with_key.push_back(std::get<wire::Hello>(*decoded).resume_key.has_value());
      if (breaks) co_return link->abort();
      handshake.receive(hello->view());
      auto const yourself = to_bytes(*handshake.poll());
      static_cast<void>(co_await link->send(yourself));
      static_cast<void>(co_await link->receive());
    }
    Attempts& attempts_;
  };

  Attempts attempts;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    DialPlan plan{.source = std::make_shared<KeySource>(attempts),
                  .handshake = {.rulebook = rulebook}};
    auto const recoverer =
        make_source_recoverer(std::move(plan), [&](Duration pause) -> asio::awaitable<void> {
          attempts.pauses.push_back(pause);
          co_return;
        });
    auto const attachment = co_await recoverer->recover(ResumeKey{});
    CHECK(attachment);
  });
  return attempts;
}

TEST_SUITE_BEGIN("net");

TEST_CASE("r[core.B1] r[core.M5] a session goes on over the next link, and the one after it") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    std::string const service = "Echo";
    wire::Metadata const none;
    auto const connection = (co_await us.session.open({}, service, none)).value();
    for (std::uint64_t losses = 1; losses <= 2; ++losses) {
      setting.source->cut();
      CHECK(co_await echo(us.root, "x") == "theirs");
      CHECK(co_await echo(connection, "x") == "theirs");
      CHECK(us.session.generation() == losses);
      CHECK(resumed_count(*setting.source) == losses);
    }
    CHECK(setting.registry->size() == 1);
  });
}

TEST_CASE(
    "r[core.M5] 0.4.0 finds a session by its first key only, so that the second loss costs it") {
  Setting setting{Rulebook::vox_0_4};
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    CHECK(co_await echo(us.root, "x") == "theirs");
    setting.source->cut();
    CHECK(co_await echo(us.root, "x") == "theirs");
    CHECK(resumed_count(*setting.source) == 1);
    setting.source->cut();
    CHECK(co_await echo(us.root, "x") == "theirs");
    CHECK(resumed_count(*setting.source) == 1);
    CHECK(setting.registry->size() == 2);
  });
}

TEST_CASE("a call that the lost link left unanswered is made again under the same id") {
  Setting setting;
  setting.theirs->holds = true;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<std::string> answer{executor};
    auto calling = [&]() -> asio::awaitable<void> { answer.set(co_await echo(us.root, "x")); };
    asio::co_spawn(executor, calling(), asio::detached);
    while (setting.theirs->held.empty())
      co_await asio::post(executor, asio::use_awaitable);
    setting.theirs->holds = false;
    setting.source->cut();
    CHECK(co_await answer.get() == "theirs");
    CHECK(setting.theirs->called == std::vector<session::RequestId>{1, 1});
  });
}

TEST_CASE("r[core.B1] attempts are repeated with growing pauses, and the key with them") {
  auto const attempts = attempts_of(Rulebook::spec);
  CHECK(attempts.pauses == std::vector<Duration>{100ms, 200ms, 400ms});
  CHECK(attempts.with_key == std::vector<bool>{true, true, true, true});
}

TEST_CASE("r[core.B1] 0.4.0 presents the key once") {
  CHECK(attempts_of(Rulebook::vox_0_4).with_key == std::vector<bool>{true, false, false, false});
}

TEST_CASE("r[core.E2] what is not worth repeating ends the session") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    setting.source->failures = {session::protocol_error("gone for good")};
    setting.source->cut();
    auto const end = co_await us.session.ended();
    CHECK(end.cause == EndCause::recovery_failed);
    CHECK(end.detail == "protocol error: gone for good");
    CHECK(co_await echo(us.root, "x") == "session_shutdown");
  });
}

TEST_CASE("r[core.B1] a recovery that takes too long ends the session") {
  Setting setting;
  setting.initiator.recovery_timeout(1ms);
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    setting.source->failures = io_errors(1000);
    setting.source->cut();
    auto const end = co_await us.session.ended();
    CHECK(end.cause == EndCause::recovery_failed);
    auto const asked = setting.source->asked;
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    CHECK(setting.source->asked == asked);
  });
}

TEST_CASE("r[core.B3] a session on one link ends with it") {
  Setting setting;
  link::test::run(setting.context, [&]() -> asio::awaitable<void> {
    auto link = co_await setting.source->next();
    auto const session = co_await setting.initiator.establish_on(std::move(*link));
    REQUIRE(session);
    setting.source->cut();
    auto const end = co_await session->session.ended();
    CHECK(end.cause == EndCause::conduit_lost);
  });
}

TEST_CASE("r[core.L2] a session that has its link cannot be taken over by its key") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto link = co_await setting.source->next();
    session::HandshakeOptions options{.resume_key = us.session.resume_key(), .service = "Echo"};
    auto const second =
        co_await establish_as_initiator(std::move(*link), ConduitMode::bare, std::move(options));
    REQUIRE(second);
    CHECK_FALSE(co_await second->conduit->receive());
    REQUIRE_FALSE(setting.source->accepted.back());
    CHECK(setting.source->accepted.back().error().text() ==
          "protocol error: resume is only valid while the session is disconnected");
    CHECK(co_await echo(us.root, "x") == "theirs");
  });
}

TEST_CASE("r[core.B2] a session that waits for its peer refuses to open, and may be shut down") {
  Setting setting;
  link::test::run(setting.context, [&]() -> asio::awaitable<void> {
    auto link = co_await setting.source->next();
    auto const us = co_await setting.initiator.establish_on(std::move(*link));
    REQUIRE(us);
    CHECK(co_await echo(us->root, "x") == "theirs");
    auto const& them = std::get<Established>(*setting.source->accepted.front());
    setting.source->cut();
    auto const executor = co_await asio::this_coro::executor;
    while (them.session.state() == session::SessionState::connected) {
      co_await asio::post(executor, asio::use_awaitable);
    }
    auto const opened = co_await them.session.open({});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().text() ==
          "protocol error: session is disconnected; resume before opening connections");
    them.session.shutdown();
    auto const end = co_await them.session.ended();
    CHECK(end.cause == EndCause::shutdown);
    CHECK(setting.registry->size() == 0);
  });
}

TEST_CASE("r[core.E1] an establishment that takes too long is a connect timeout") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto links = make_memory_links(co_await asio::this_coro::executor);
    InitiatorBuilder builder;
    builder.connect_timeout(1ms);
    auto const session = co_await builder.establish_on(std::move(links.first));
    REQUIRE_FALSE(session);
    CHECK(session.error().text() == "connect timeout");
  });
}

TEST_CASE("r[core.K4] a peer that does not answer pings ends the session") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto links = make_memory_links(executor);
    Promise<bool> pinged{executor};
    auto deaf = [&]() -> asio::awaitable<void> {
      session::HandshakeOptions options{.service = "Echo"};
      auto const attachment =
          co_await establish_as_acceptor(std::move(links.second), std::move(options));
      pinged.set((co_await attachment->conduit->receive()).has_value());
      static_cast<void>(co_await attachment->conduit->receive());
    };
    asio::co_spawn(executor, deaf(), asio::detached);
    InitiatorBuilder builder;
    builder.service("Echo").keepalive({.interval = 1ms, .timeout = 1ms});
    auto const session = co_await builder.establish_on(std::move(links.first));
    REQUIRE(session);
    auto const end = co_await session->session.ended();
    CHECK(end.cause == EndCause::peer_silent);
    CHECK(co_await pinged.get());
  });
}

TEST_CASE("r[rpc.session-setup] sessions by address, over every transport that has one") {
  for (std::string const text : {"tcp://127.0.0.1:0", "ws://127.0.0.1:0/"}) {
    asio::io_context context;
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      auto const listener = listen(executor, Address::parse(text).value());
      REQUIRE(listener);
      AcceptorBuilder acceptor;
      acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>());
      std::size_t begun = 0;
      ServeEvents events{.on_session = [&](Established const&) { ++begun; }};
      asio::co_spawn(executor, serve(**listener, acceptor, std::move(events)), asio::detached);
      InitiatorBuilder initiator;
      initiator.service("Echo").on_connection(std::make_shared<EchoHandler>());
      auto const first = co_await connect_session((*listener)->address(), initiator);
      auto const second = co_await connect_session((*listener)->address(), initiator);
      REQUIRE(first);
      REQUIRE(second);
      CHECK(co_await echo(first->root, "one") == "one");
      CHECK(co_await echo(second->root, "two") == "two");
      CHECK(begun == 2);
      (*listener)->close();
    });
  }
}

TEST_SUITE_END();

}  // namespace
