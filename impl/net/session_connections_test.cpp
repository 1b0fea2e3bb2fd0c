// What an application does with the connections of a running session.
#include "impl/link/link_test.hpp"
#include "impl/net/session_setting_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::Calling;
using net::test::echo;
using net::test::EchoHandler;
using net::test::establish_pair;
using net::test::open;
using net::test::serve_until_its_end;
using net::test::Setting;
using net::test::turns;
using session::EndCause;

TEST_SUITE_BEGIN("net");

TEST_CASE("r[rpc.virtual-connection.open] r[core.R4] calls go both ways on a virtual connection") {
  Setting setting;
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const connection = co_await open(us.session, setting.ours);
    REQUIRE(connection);
    CHECK(connection->id() == 1);
    CHECK(connection->peer_settings().parity == Parity::even);
    CHECK(co_await echo(*connection, "x") == "theirs");
  });
}

// Says a word more, right behind the last of what an acceptor says in a handshake.
class HastyLink final : public link::test::PassingLink {
 public:
  HastyLink(std::unique_ptr<link::Link> link, Bytes word)
      : PassingLink{std::move(link)}, word_{std::move(word)} {}

  asio::awaitable<link::Sent> flush() override {
    constexpr int accept_and_hello = 2;
    if (++flushes_ == accept_and_hello) {
      auto& buffer = write_buffer();
      buffer.begin().append(word_);
      static_cast<void>(buffer.commit());
    }
    return PassingLink::flush();
  }

 private:
  Bytes word_;
  int flushes_ = 0;
};

TEST_CASE("r[core.S4] r[core.R3] the root is asked for before the peer is heard") {
  Setting setting;
  link::test::run(setting.context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto links = link::make_memory_links(executor);
    Bytes const no_message{std::byte{0xff}};
    auto hasty = std::make_unique<HastyLink>(std::move(links.second), no_message);
    asio::co_spawn(executor, serve_until_its_end(setting.acceptor, std::move(hasty)),
                   asio::detached);
    auto const established =
        co_await setting.initiator.establish_on(std::move(links.first), ConduitMode::bare);
    REQUIRE(established);
    auto const end = co_await established->session.ended();
    CHECK(end.cause == EndCause::violation);
  });
}

TEST_CASE("r[core.U4] a rejected open brings the peer's reasons") {
  Setting setting;
  setting.acceptor.on_connection(
      Acceptor::Function{[&](session::ConnectionRequest const& request, PendingConnection pending) {
        if (request.is_root()) {
          std::move(pending).handle_with(setting.theirs);
          return;
        }
        wire::Metadata const reasons{{.key = "why", .value = std::string_view{"full"}}};
        std::move(pending).reject(reasons);
      }});
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const connection = co_await open(us.session);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().text() == "connection rejected");
    CHECK(connection.error().metadata.view().text("why") == "full");
    CHECK(co_await echo(us.root, "x") == "theirs");
  });
}

TEST_CASE("r[core.R3] a connection that nobody decided on is closed, with a warning") {
  Setting setting;
  setting.acceptor.on_connection(
      Acceptor::Function{[&](session::ConnectionRequest const& request, PendingConnection pending) {
        if (request.is_root()) std::move(pending).handle_with(setting.theirs);
      }});
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const connection = co_await open(us.session);
    REQUIRE(connection);
    co_await connection->closed();
    CHECK_FALSE(connection->is_open());
    CHECK(co_await echo(*connection, "x") == "connection_closed");
    REQUIRE(setting.lines.size() == 1);
    CHECK(setting.lines.front() ==
          "connection 1: connection request let go without being used; closing connection");
  });
}

TEST_CASE("r[core.R3] a decision may come later than the question") {
  Setting setting;
  std::optional<PendingConnection> kept;
  setting.acceptor.on_connection(
      Acceptor::Function{[&](session::ConnectionRequest const& request, PendingConnection pending) {
        if (request.is_root()) {
          std::move(pending).handle_with(setting.theirs);
          return;
        }
        kept.emplace(std::move(pending));
      }});
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<bool> opened{executor};
    auto opening = [&]() -> asio::awaitable<void> {
      auto const connection = co_await open(us.session);
      opened.set(connection.has_value());
    };
    asio::co_spawn(executor, opening(), asio::detached);
    while (!kept)
      co_await turns(1);
    CHECK_FALSE(opened.is_set());
    auto const handle = std::move(*kept).into_connection();
    REQUIRE(handle);
    CHECK(co_await opened.get());
  });
}

TEST_CASE("r[core.D1] the drop of the last copy of a handle closes a virtual connection") {
  Setting setting;
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto connection = std::make_unique<Connection>((co_await open(us.session)).value());
    auto copy = std::make_unique<Connection>(*connection);
    connection.reset();
    CHECK(co_await echo(*copy, "x") == "theirs");
    copy.reset();
    while (setting.theirs->closed.empty())
      co_await turns(1);
    CHECK(setting.theirs->closed == std::vector<session::ConnectionId>{1});
  });
}

TEST_CASE("r[core.D2] a session ends with its root and the last virtual connection") {
  Setting setting;
  link::test::run(setting.context, [&]() -> asio::awaitable<void> {
    auto pair = co_await establish_pair(setting.initiator, setting.acceptor);
    auto const session = pair.initiator->session;
    auto connection = std::make_unique<Connection>((co_await open(session)).value());
    pair.initiator = std::unexpected(session::protocol_error("dropped"));
    CHECK(co_await echo(*connection, "x") == "theirs");
    connection.reset();
    auto const end = co_await session.ended();
    CHECK(end.cause == EndCause::root_released);
    auto const their_end = co_await pair.acceptor->session.ended();
    CHECK(their_end.cause == EndCause::conduit_lost);
  });
}

TEST_CASE("r[core.D3] a shutdown ends the session at once, and with it what is under way") {
  Setting setting;
  setting.theirs->holds = true;
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<std::string> answer{executor};
    auto calling = [&]() -> asio::awaitable<void> { answer.set(co_await echo(us.root, "x")); };
    asio::co_spawn(executor, calling(), asio::detached);
    while (setting.theirs->held == 0)
      co_await turns(1);
    us.session.shutdown();
    CHECK(co_await answer.get() == "session_shutdown");
    auto const end = co_await us.session.ended();
    CHECK(end.cause == EndCause::shutdown);
    auto const late = co_await open(us.session);
    REQUIRE_FALSE(late);
    CHECK(late.error().text() == "protocol error: session closed");
  });
}

TEST_CASE("r[core.C1] r[core.C2] what cannot be closed is refused with 0.4.0's words") {
  Setting setting;
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    CHECK(us.root.close().error().text() == "protocol error: cannot close root connection");
    CHECK(us.session.close(9).error().text() == "protocol error: connection not found");
    auto const connection = (co_await open(us.session)).value();
    CHECK(connection.close());
    CHECK(connection.close().error().text() == "protocol error: connection not found");
  });
}

TEST_CASE("r[rpc.error.scope] the request of a handler that throws is answered as cancelled") {
  Setting setting;
  setting.theirs->holds = true;
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    Promise<std::string> answer{executor};
    auto calling = [&]() -> asio::awaitable<void> { answer.set(co_await echo(us.root, "x")); };
    asio::co_spawn(executor, calling(), asio::detached);
    while (setting.theirs->held == 0)
      co_await turns(1);
    setting.theirs->release(true);
    CHECK(co_await answer.get() == "Cancelled");
  });
}

TEST_CASE("r[rpc.pipelining] more calls than the peer takes at once are made one after the other") {
  Setting setting;
  setting.acceptor.settings({.parity = Parity::even, .max_concurrent_requests = 2});
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    std::vector<std::shared_ptr<Promise<std::string>>> answers;
    auto const calling =
        [&us](std::shared_ptr<Promise<std::string>> answer) -> asio::awaitable<void> {
      answer->set(co_await echo(us.root, "x"));
    };
    for (int i = 0; i < 300; ++i) {
      answers.push_back(std::make_shared<Promise<std::string>>(executor));
      asio::co_spawn(executor, calling(answers.back()), asio::detached);
    }
    for (auto const& answer : answers)
      CHECK(co_await answer->get() == "theirs");
  });
}

TEST_CASE("r[core.O3] without an acceptor there are no virtual connections") {
  Setting setting;
  setting.acceptor.on_connection(Acceptor{});
  setting.with_pair([&](Established const& us, Established const& them) -> asio::awaitable<void> {
    auto const connection = co_await open(us.session);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().kind == session::ErrorKind::rejected);
    CHECK(co_await echo(them.root, "x") == "ours");
  });
}

TEST_CASE("r[core.S4] an acceptor that refuses the root refuses the session") {
  Setting setting;
  setting.acceptor.on_connection(
      Acceptor::Function{[](session::ConnectionRequest const& request, PendingConnection pending) {
        CHECK(request.is_root());
        CHECK(request.service() == "Echo");
        wire::Metadata const reasons{{.key = "why", .value = std::string_view{"closed"}}};
        std::move(pending).reject(reasons);
      }});
  link::test::run(setting.context, [&]() -> asio::awaitable<void> {
    auto const pair = co_await establish_pair(setting.initiator, setting.acceptor);
    REQUIRE_FALSE(pair.acceptor);
    CHECK(pair.acceptor.error().text() == "connection rejected");
    CHECK(pair.acceptor.error().metadata.view().text("why") == "closed");
    REQUIRE(pair.initiator);
    auto const end = co_await pair.initiator->session.ended();
    CHECK(end.cause == EndCause::conduit_lost);
  });
}

TEST_CASE("r[core.S2] who demands a resume key does without none") {
  Setting setting;
  setting.initiator.resumable();
  setting.acceptor.resumable(false);
  link::test::run(setting.context, [&]() -> asio::awaitable<void> {
    auto const pair = co_await establish_pair(setting.initiator, setting.acceptor);
    REQUIRE_FALSE(pair.initiator);
    CHECK(pair.initiator.error().text() == "session is not resumable");
  });
}

TEST_CASE("r[core.S3] 0.4.0 has no acceptor for an even initiator, the specification has") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec}) {
    Setting setting{rulebook};
    setting.initiator.settings({.parity = Parity::even});
    link::test::run(setting.context, [&]() -> asio::awaitable<void> {
      auto const pair = co_await establish_pair(setting.initiator, setting.acceptor);
      CHECK(pair.acceptor.has_value() == (rulebook == Rulebook::spec));
      if (pair.acceptor) co_return;
      CHECK(pair.acceptor.error().text() ==
            "protocol error: negotiated root settings do not match builder settings");
    });
  }
}

TEST_CASE("r[core.R4] an acceptor that throws rejects the connection") {
  Setting setting;
  std::optional<PendingConnection> kept;
  bool keeps = false;
  setting.acceptor.on_connection(
      [&](session::ConnectionRequest const& request, PendingConnection pending) {
        if (request.is_root()) {
          std::move(pending).handle_with(setting.theirs);
          return;
        }
        if (keeps) kept.emplace(std::move(pending));
        throw std::runtime_error{"no"};
      });
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    for (auto const first_keeps : {false, true}) {
      keeps = first_keeps;
      auto const connection = co_await open(us.session);
      REQUIRE_FALSE(connection);
      CHECK(connection.error().kind == session::ErrorKind::rejected);
    }
    kept.reset();
    CHECK(co_await echo(us.root, "x") == "theirs");
  });
}

TEST_CASE("a log that throws stops nothing") {
  Setting setting;
  setting.acceptor.log([](std::string_view) { throw std::runtime_error{"no"}; });
  setting.theirs->holds = true;
  setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const calling = Calling::begin(executor, us.root);
    while (setting.theirs->held == 0)
      co_await turns(1);
    setting.theirs->release(true);
    CHECK(co_await calling->answer.get() == "Cancelled");
    CHECK(co_await echo(us.root, "x") == "theirs");
  });
}

TEST_CASE("r[core.R3] what is called before the root is decided on waits for the decision") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Setting setting{rulebook};
    std::optional<PendingConnection> kept;
    setting.acceptor.on_connection(
        Acceptor::Function{[&](session::ConnectionRequest const&, PendingConnection pending) {
          kept.emplace(std::move(pending));
        }});
    link::test::run(setting.context, [&]() -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      auto links = link::make_memory_links(executor);
      auto accepting = [](AcceptorBuilder builder,
                          std::unique_ptr<link::Link> link) -> asio::awaitable<void> {
        static_cast<void>(co_await builder.establish_on(std::move(link)));
      };
      asio::co_spawn(executor, accepting(setting.acceptor, std::move(links.second)),
                     asio::detached);
      auto const us = co_await setting.initiator.establish_on(std::move(links.first));
      REQUIRE(us);
      auto const calling = Calling::begin(executor, us->root);
      co_await turns(50);
      CHECK_FALSE(calling->answer.is_set());
      REQUIRE(kept);
      std::move(*kept).handle_with(setting.theirs);
      CHECK(co_await calling->answer.get() == "theirs");
    });
  }
}

TEST_CASE("r[rpc.cancel] a cancelled caller stops the handler, by the specification") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    Setting setting{rulebook};
    setting.theirs->holds = true;
    setting.with_pair([&](Established const& us, Established const&) -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      auto const calling = Calling::begin(executor, us.root);
      while (setting.theirs->held == 0)
        co_await turns(1);
      calling->stop.emit(asio::cancellation_type::terminal);
      CHECK(co_await calling->answer.get() == "cancelled");
      co_await turns(50);
      CHECK(setting.theirs->cancelled == (rulebook == Rulebook::spec ? 1 : 0));
      setting.theirs->release();
      CHECK(co_await echo(us.root, "x") == "theirs");
    });
  }
}

TEST_CASE("r[core.L1] what the link has brought is served before a shutdown that races with it") {
  Setting setting;
  setting.with_pair([&](Established const& us, Established const& them) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const calling = Calling::begin(executor, us.root);
    // The call is on its way to them when they are told to end.
    co_await turns(3);
    them.session.shutdown();
    CHECK(setting.theirs->called.size() <= 1);
    auto const answer = co_await calling->answer.get();
    CHECK(setting.theirs->called.size() == 1);
    CHECK((answer == "theirs" || answer == "session_shutdown"));
  });
}

TEST_SUITE_END();

}  // namespace
