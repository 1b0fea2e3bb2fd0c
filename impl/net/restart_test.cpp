// What a durable store keeps of a session when the acceptor's process is another one.
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::AcceptorSource;
using net::test::echo;
using net::test::EchoHandler;
using net::test::persistent_echo_method;
using net::test::turns;

// Keeps one session as a file would.
struct KeptSession {
  std::optional<ResumeKey> key;
  rpc::SessionIdentity identity{};
  std::vector<rpc::StoredOperation> operations;
  bool is_forgotten = false;
  std::size_t asked_for_keys = 0;

  rpc::StoreDone perform(rpc::StoreRequest const& request) {
    rpc::StoreDone done{.number = request.number, .session = request.session};
    identity = request.session;
    if (auto const* const keep = std::get_if<rpc::store_request::KeepSession>(&request.what)) {
      key = keep->resume_key;
    } else if (auto const* const admit = std::get_if<rpc::store_request::Admit>(&request.what)) {
      done.operation = admit->operation;
      operations.push_back(
          {.operation = admit->operation, .method = admit->method, .digest = admit->digest});
    } else if (auto const* const seal = std::get_if<rpc::store_request::Seal>(&request.what)) {
      done.operation = seal->operation;
      for (auto& operation : operations) {
        if (operation.operation == seal->operation) operation.outcome = seal->outcome;
      }
    } else if (std::holds_alternative<rpc::store_request::ForgetSession>(request.what)) {
      is_forgotten = true;
    }
    return done;
  }
  std::optional<rpc::RestoredSession> take(ResumeKey const& presented) {
    ++asked_for_keys;
    if (key != presented) return std::nullopt;
    return rpc::RestoredSession{.identity = identity, .operations = operations};
  }
};

AcceptorBuilder acceptor_with(KeptSession& kept, std::shared_ptr<EchoHandler> handler) {
  AcceptorBuilder acceptor;
  acceptor.service("Echo")
      .on_connection(std::move(handler))
      .registry(std::make_shared<SessionRegistry>(Rulebook::spec))
      .store({.perform = [&kept](auto const& request) { return kept.perform(request); },
              .take = [&kept](auto const& key) { return kept.take(key); }});
  return acceptor;
}

// A link that runs out of memory when a test wants it to.
class ExhaustedLink final : public link::test::PassingLink {
 public:
  using PassingLink::PassingLink;

  asio::awaitable<link::Sent> flush() override {
    if (is_exhausted) {
      if (at_its_end) at_its_end();
      throw std::bad_alloc{};
    }
    return PassingLink::flush();
  }

  bool is_exhausted = false;
  std::function<void()> at_its_end;
};

asio::awaitable<void> ask_into(Connection connection, std::string text, std::string& answer) {
  answer = co_await echo(std::move(connection), std::move(text), persistent_echo_method());
}

TEST_SUITE_BEGIN("net");

TEST_CASE(
    "r[retry.policy.persist.crash] what ran when the acceptor's process died is indeterminate and "
    "does not run again") {
  KeptSession kept;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const before = std::make_shared<EchoHandler>();
    before->holds = true;
    auto const source = std::make_shared<AcceptorSource>(acceptor_with(kept, before));
    InitiatorBuilder initiator;
    initiator.service("Echo");
    auto const us = co_await initiator.establish_from(source);
    REQUIRE(us);
    std::string answer;
    asio::co_spawn(executor, ask_into(us->root, "one", answer), asio::detached);
    while (kept.operations.empty())
      co_await turns(1);
    auto const first_key = kept.key;
    auto const after = std::make_shared<EchoHandler>();
    source->restart(acceptor_with(kept, after));
    source->cut();
    while (answer.empty())
      co_await turns(1);
    CHECK(answer == "Indeterminate");
    CHECK(after->called.empty());
    CHECK(kept.key != first_key);  // The next restart is found by the key that the peer has now.
    CHECK(co_await echo(us->root, "two", persistent_echo_method()) == "two");
    CHECK(after->called == std::vector<std::string>{"two"});
    CHECK(kept.operations.size() == 2);
    before->release();
  });
}

TEST_CASE("in vox_0_4 nobody takes a session from the store, which is given once") {
  for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
    CAPTURE(rulebook);
    KeptSession kept;
    asio::io_context context;
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const acceptor = [&] {
        auto made = acceptor_with(kept, std::make_shared<EchoHandler>());
        made.rulebook(rulebook).registry(std::make_shared<SessionRegistry>(rulebook));
        return made;
      };
      auto const source = std::make_shared<AcceptorSource>(acceptor());
      InitiatorBuilder initiator;
      initiator.rulebook(rulebook).service("Echo");
      auto const us = co_await initiator.establish_from(source);
      REQUIRE(us);
      source->restart(acceptor());
      source->cut();
      while (source->accepted.size() < 2)
        co_await turns(1);
      // The peer presents the key that it has of the process before.
      CHECK(kept.asked_for_keys == (rulebook == Rulebook::spec ? 1U : 0U));
    });
  }
}

TEST_CASE(
    "r[retry.policy.persist.seal] what a persistent handler returns after its session was shut "
    "down is stored") {
  KeptSession kept;
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const handler = std::make_shared<EchoHandler>();
    handler->holds = true;
    InitiatorBuilder initiator;
    initiator.service("Echo");
    auto pair = co_await net::test::establish_pair(initiator, acceptor_with(kept, handler));
    REQUIRE(pair.initiator);
    REQUIRE(pair.acceptor);
    std::string answer;
    asio::co_spawn(executor, ask_into(pair.initiator->root, "one", answer), asio::detached);
    while (handler->held == 0)
      co_await turns(1);
    pair.acceptor->session.shutdown();
    static_cast<void>(co_await pair.acceptor->session.ended());
    pair.acceptor = std::unexpected(session::protocol_error("nobody holds it"));
    handler->release();
    co_await turns();
    REQUIRE(kept.operations.size() == 1);
    CHECK(kept.operations.front().outcome != nullptr);
  });
}

// A session whose acceptor's link runs out of memory; before that the acceptor may shut it down.
struct Exhausted {
  KeptSession kept;
  SessionEnd end{};

  void run(bool is_shut_down) {
    asio::io_context context;
    link::test::run(context, [&]() -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      auto links = link::make_memory_links(executor);
      auto exhausted = std::make_unique<ExhaustedLink>(std::move(links.second));
      auto& link = *exhausted;
      auto acceptor = acceptor_with(kept, std::make_shared<EchoHandler>());
      InitiatorBuilder initiator;
      initiator.service("Echo");
      std::optional<SessionResult> theirs;
      asio::co_spawn(
          executor,
          [&]() -> asio::awaitable<void> {
            theirs = co_await acceptor.establish_on(std::move(exhausted));
          },
          asio::detached);
      auto const us = co_await initiator.establish_on(std::move(links.first), ConduitMode::bare);
      REQUIRE(us);
      while (!theirs)
        co_await turns(1);
      REQUIRE(*theirs);
      CHECK(co_await echo(us->root, "one", persistent_echo_method()) == "one");
      if (is_shut_down) link.at_its_end = [&] { (*theirs)->session.shutdown(); };
      link.is_exhausted = true;
      static_cast<void>(co_await echo(us->root, "two", persistent_echo_method()));
      end = co_await (*theirs)->session.ended();
    });
  }
};

TEST_CASE("r[retry.op-id.scope] the store forgets a session that ended by a failure of our own") {
  Exhausted exhausted;
  exhausted.run(false);
  CHECK(exhausted.end.cause == session::EndCause::failed);
  CHECK(exhausted.kept.is_forgotten);
}

TEST_CASE(
    "r[retry.policy.persist.crash] a session that was shut down stays in the store, also if "
    "something fails before it ends") {
  Exhausted exhausted;
  exhausted.run(true);
  CHECK(exhausted.end.cause == session::EndCause::shutdown);
  CHECK_FALSE(exhausted.kept.is_forgotten);
}

TEST_SUITE_END();

}  // namespace
