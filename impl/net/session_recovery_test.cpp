// How a running session outlives its links.
#include "impl/link/link_test.hpp"
#include "impl/net/dialer.hpp"
#include "impl/net/link_setup.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_test.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/prologue.hpp"

#include <boost/asio/detached.hpp>

#include <chrono>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace std::chrono_literals;
using net::test::AcceptorSource;
using net::test::echo;
using net::test::EchoHandler;
using net::test::turns;
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
    asio::awaitable<Next> next() override {
      auto const executor = co_await asio::this_coro::executor;
      auto links = link::make_memory_links(executor);
      asio::co_spawn(executor, answer(std::move(links.second), attempts_.with_key.size() < 3),
                     asio::detached);
      co_return std::move(links.first);
    }

   private:
    // Reads as far as the hello, and breaks the link there, or answers it.
    asio::awaitable<void> answer(std::unique_ptr<link::Link> link, bool breaks) {
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
                  .handshake = {.rulebook = rulebook},
                  .pause = [&](Duration pause) -> asio::awaitable<void> {
                    attempts.pauses.push_back(pause);
                    co_return;
                  }};
    Wanted wanted{.session_key = ResumeKey{}, .conduit = std::nullopt, .pauses_before = 0};
    auto const attachment = co_await dial_again(std::move(plan), std::move(wanted), 2);
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

TEST_CASE(
    "r[retry.reconnect.session-resume.evaluate] a call that the lost link left unanswered is "
    "made again and joins what runs") {
  Setting setting;
  setting.theirs->holds = true;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<std::string> answer{executor};
    auto calling = [&]() -> asio::awaitable<void> { answer.set(co_await echo(us.root, "x")); };
    asio::co_spawn(executor, calling(), asio::detached);
    while (setting.theirs->held == 0)
      co_await turns(1);
    setting.source->cut();
    while (us.session.generation() == 0)
      co_await turns(1);
    setting.theirs->release();
    CHECK(co_await answer.get() == "theirs");
    CHECK(setting.theirs->called == std::vector<std::string>{"x"});
  });
}

TEST_CASE("r[core.B1] attempts are repeated with growing pauses, and the key with them") {
  auto const attempts = attempts_of(Rulebook::spec);
  CHECK(attempts.pauses == std::vector<Duration>{100ms, 200ms, 400ms});
  CHECK(attempts.with_key == std::vector<bool>{true, true, true, true});
}

TEST_CASE("r[core.B1] a peer whose links are lost at once is not dialled without end") {
  Setting setting;
  std::vector<Duration> pauses;
  setting.initiator.pause([&](Duration pause) -> asio::awaitable<void> {
    pauses.push_back(pause);
    co_return;
  });
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    for (std::uint64_t losses = 1; losses <= 6; ++losses) {
      setting.source->cut();
      while (us.session.generation() < losses)
        co_await turns(1);
    }
    CHECK(pauses == std::vector<Duration>{100ms, 200ms, 400ms});
  });
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
    co_await turns();
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

// Comes to an acceptor with somebody's key, on a link of its own.
asio::awaitable<AttachmentResult> come_with_key(AcceptorSource& source, ResumeKey key,
                                                Rulebook rulebook) {
  auto link = co_await source.next();
  std::shared_ptr<link::Link> shared{std::move(*link)};
  rpc::EstablishmentOptions options{
      .handshake = {.rulebook = rulebook, .resume_key = key, .service = "Echo"}, .link = 9};
  co_return co_await set_up_link(std::move(shared), std::move(options));
}

TEST_CASE("r[core.L2] in 0.4.0 a session that has its link cannot be taken over by its key") {
  Setting setting{Rulebook::vox_0_4};
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    auto const key = *us.session.resume_key();
    auto const second = co_await come_with_key(*setting.source, key, Rulebook::vox_0_4);
    REQUIRE(second);
    CHECK_FALSE(co_await second->link->receive());
    REQUIRE_FALSE(setting.source->accepted.back());
    CHECK(setting.source->accepted.back().error().text() ==
          "protocol error: resume is only valid while the session is disconnected");
    CHECK(co_await echo(us.root, "x") == "theirs");
  });
}

// The peer would not come if it had the older link, which is then open on our side only.
TEST_CASE("r[core.M5] by the specification the newer link is taken") {
  Setting setting;
  setting.with_session([&](Established const& us) -> asio::awaitable<void> {
    CHECK(co_await echo(us.root, "x") == "theirs");
    auto const key = *us.session.resume_key();
    auto const second = co_await come_with_key(*setting.source, key, Rulebook::spec);
    REQUIRE(second);
    while (setting.source->accepted.size() < 2)
      co_await turns(1);
    REQUIRE(setting.source->accepted.back());
    CHECK(std::holds_alternative<Resumed>(*setting.source->accepted.back()));
    auto const& them = std::get<Established>(*setting.source->accepted.front());
    CHECK(them.session.generation() == 1);
    second->link->close();
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
    while (them.session.state() == session::SessionState::connected)
      co_await turns(1);
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
    auto links = link::make_memory_links(co_await asio::this_coro::executor);
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
    auto links = link::make_memory_links(executor);
    Promise<bool> pinged{executor};
    auto deaf = [&]() -> asio::awaitable<void> {
      rpc::EstablishmentOptions options{
          .handshake = {.role = Role::acceptor, .rulebook = Rulebook::spec, .service = "Echo"}};
      std::shared_ptr<link::Link> shared{std::move(links.second)};
      auto const attachment = co_await set_up_link(std::move(shared), std::move(options));
      pinged.set((co_await attachment->link->receive()).has_value());
      static_cast<void>(co_await attachment->link->receive());
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

TEST_SUITE_END();

}  // namespace
