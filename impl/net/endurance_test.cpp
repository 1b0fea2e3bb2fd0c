// What peers cannot do to a session: fill its memory, stop it, or keep it busy with links.
#include "impl/link/link_test.hpp"
#include "impl/net/link_setup.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_test.hpp"
#include "impl/net/steady_time.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace std::chrono_literals;
using net::test::echo;
using net::test::EchoHandler;
using net::test::establish_pair;
using net::test::turns;
using session::EndCause;

// Calls so often, one after the other, and counts the answers that are right.
asio::awaitable<void> call_often(Connection connection, std::size_t count, std::string text,
                                 std::shared_ptr<std::size_t> answered) {
  for (std::size_t i = 0; i < count; ++i) {
    if (co_await echo(connection, text) == text) ++*answered;
  }
}

asio::awaitable<void> accept_one(AcceptorBuilder builder, std::unique_ptr<link::Link> link,
                                 std::shared_ptr<std::vector<AcceptResult>> results) {
  auto result = co_await builder.establish_or_resume(std::move(link));
  results->push_back(std::move(result));
}

// A link to the acceptor, which works on its end of it.
std::shared_ptr<link::Link> link_to(asio::any_io_executor const& executor,
                                    AcceptorBuilder const& builder,
                                    std::shared_ptr<std::vector<AcceptResult>> const& results) {
  auto links = link::make_memory_links(executor);
  asio::co_spawn(executor, accept_one(builder, std::move(links.second), results), asio::detached);
  return std::move(links.first);
}

TEST_SUITE_BEGIN("net");

// Both sides call each other with many calls in flight. What came of it, and how much was held.
struct Saturated {
  std::size_t answered = 0;
  std::size_t held_max = 0;
  bool is_over = false;
};

asio::awaitable<Saturated> saturate(Established us, Established them, std::string text,
                                    std::size_t calls) {
  auto const executor = co_await asio::this_coro::executor;
  auto const answered = std::make_shared<std::size_t>(0);
  constexpr std::size_t callers = 64;
  for (std::size_t i = 0; i < callers; ++i) {
    for (auto const& side : {us.root, them.root}) {
      asio::co_spawn(executor, call_often(side, calls, text, answered), asio::detached);
    }
  }
  Saturated result;
  while (*answered < 2 * callers * calls && !result.is_over) {
    co_await turns(10);
    result.held_max =
        std::max({result.held_max, us.session.held_bytes(), them.session.held_bytes()});
    result.is_over = us.session.state() == session::SessionState::ended &&
                     them.session.state() == session::SessionState::ended;
  }
  result.answered = *answered;
  co_return result;
}

TEST_CASE("two peers that saturate each other both get all their answers") {
  InitiatorBuilder initiator;
  AcceptorBuilder acceptor;
  initiator.service("Echo").on_connection(std::make_shared<EchoHandler>());
  acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>());
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const pair = co_await establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    REQUIRE(pair.acceptor);
    std::string const text(8 << 10, 'x');
    auto const result = co_await saturate(*pair.initiator, *pair.acceptor, text, 20);
    CHECK(result.answered == 2 * 64 * 20);
    CHECK(result.held_max <= 4 * Limits{}.owed_bytes_max);
  });
}

// Neither side reads while it owes as much as it may, and each has to be read for that to end.
TEST_CASE("two peers that owe each other more than they may do not wait for ever") {
  Limits limits;
  limits.owed_bytes_max = 64 << 10;
  limits.stall = 100ms;
  InitiatorBuilder initiator;
  AcceptorBuilder acceptor;
  initiator.service("Echo").on_connection(std::make_shared<EchoHandler>()).limits(limits);
  acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>()).limits(limits);
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const pair = co_await establish_pair(initiator, acceptor);
    REQUIRE(pair.initiator);
    REQUIRE(pair.acceptor);
    std::string const text(64 << 10, 'x');
    auto const result = co_await saturate(*pair.initiator, *pair.acceptor, text, 20);
    CHECK(result.is_over);
    CHECK(result.held_max <= 2 * limits.session_bytes_max);
    auto const ours = co_await pair.initiator->session.ended();
    auto const theirs = co_await pair.acceptor->session.ended();
    CHECK((ours.cause == EndCause::stalled || theirs.cause == EndCause::stalled));
  });
}

TEST_CASE("a peer that never reads ends as stalled, and its answers take no more than they may") {
  Limits limits;
  limits.session_bytes_max = 4 << 20;
  limits.stall = 50ms;
  AcceptorBuilder acceptor;
  std::string const big(256 << 10, 'x');
  acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>(big)).limits(limits);
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const results = std::make_shared<std::vector<AcceptResult>>();
    auto const link = link_to(executor, acceptor, results);
    rpc::EstablishmentOptions options{.handshake = {.rulebook = Rulebook::spec, .service = "Echo"}};
    auto attachment = co_await set_up_link(link, std::move(options));
    REQUIRE(attachment);
    while (results->empty())
      co_await turns(1);
    auto const& them = std::get<Established>(*results->front());
    auto& begun = std::get<rpc::NewSession>(attachment->outcome);
    auto endpoint = rpc::Endpoint::establish(
        steady_now(),
        {.session = {.rulebook = Rulebook::spec, .has_acceptor = false, .limits = {}}},
        std::move(begun.handshake));
    REQUIRE(endpoint);
    for (int i = 0; i < 64; ++i) {
      auto const call = net::test::echo_call("x");
      auto const made =
          endpoint->call(steady_now(), rpc::command::Call{.connection_id = session::root_connection,
                                                          .method = call.method,
                                                          .metadata = {},
                                                          .args = call.args});
      REQUIRE(made);
    }
    std::size_t held_max = 0;
    wire::Buffer payload;
    while (endpoint->poll_transmit(payload)) {
      static_cast<void>(co_await link->send(payload.view()));
      payload.clear();
      co_await turns(5);
      held_max = std::max(held_max, them.session.held_bytes());
    }
    auto const end = co_await them.session.ended();
    CHECK(end.cause == EndCause::stalled);
    CHECK(held_max > limits.owed_bytes_max);
    CHECK(held_max <= limits.session_bytes_max + big.size());
    results->clear();  // Handles must not outlive their context.
  });
}

TEST_CASE("of links that never say anything there are only so many, and for so long") {
  Limits limits;
  limits.half_open_links_max = 100;
  limits.establishment_time = 200ms;
  auto const registry = std::make_shared<SessionRegistry>(Rulebook::spec, limits);
  AcceptorBuilder acceptor;
  acceptor.service("Echo")
      .on_connection(std::make_shared<EchoHandler>())
      .registry(registry)
      .limits(limits);
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const results = std::make_shared<std::vector<AcceptResult>>();
    std::vector<std::shared_ptr<link::Link>> links;
    for (int i = 0; i < 1000; ++i) {
      links.push_back(link_to(executor, acceptor, results));
      if (i % 50 == 49) co_await turns(10);
      CHECK(registry->known().half_open_links() <= limits.half_open_links_max);
    }
    // The newest is as good as any.
    rpc::EstablishmentOptions options{.handshake = {.rulebook = Rulebook::spec, .service = "Echo"}};
    auto const attachment = co_await set_up_link(links.back(), std::move(options));
    CHECK(attachment);
    asio::steady_timer timer{executor};
    while (results->size() < links.size()) {
      timer.expires_after(1ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    CHECK(registry->known().half_open_links() == 0);
    auto const begun = std::ranges::count_if(
        *results, [](AcceptResult const& result) { return result.has_value(); });
    CHECK(begun == 1);
    links.back()->close();
    results->clear();  // Handles must not outlive their context.
  });
}

TEST_CASE("r[core.M5] keys that nobody issued find nobody's session") {
  auto const registry = std::make_shared<SessionRegistry>(Rulebook::spec);
  AcceptorBuilder acceptor;
  acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>()).registry(registry);
  asio::io_context context;  // outlives all handles
  auto const source = std::make_shared<net::test::AcceptorSource>(acceptor);
  InitiatorBuilder initiator;
  initiator.service("Echo");
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const us = co_await initiator.establish_from(source);
    REQUIRE(us);
    CHECK(co_await echo(us->root, "x") == "x");
    std::mt19937_64 random{1};
    auto const results = std::make_shared<std::vector<AcceptResult>>();
    for (int i = 0; i < 1000; ++i) {
      ResumeKey key{};
      for (auto& byte : key)
        byte = static_cast<std::byte>(random());
      auto const link = link_to(executor, acceptor, results);
      rpc::EstablishmentOptions options{
          .handshake = {.rulebook = Rulebook::spec, .resume_key = key, .service = "Echo"}};
      auto const attachment = co_await set_up_link(link, std::move(options));
      CHECK(attachment);
      link->close();
      if (!results->empty() && results->back()) {
        if (auto const* const begun = std::get_if<Established>(&*results->back())) {
          begun->session.shutdown();
        }
      }
    }
    while (results->size() < 1000)
      co_await turns(1);
    for (auto const& result : *results) {
      REQUIRE(result);
      CHECK(std::holds_alternative<Established>(*result));
      if (auto const* const begun = std::get_if<Established>(&*result)) begun->session.shutdown();
    }
    source->cut();
    CHECK(co_await echo(us->root, "y") == "y");
    CHECK(us->session.generation() == 1);
    CHECK(std::get<Established>(*source->accepted.front()).session.generation() == 1);
    results->clear();  // Handles must not outlive their context.
  });
}

TEST_CASE("r[stable.reconnect] of two links for one conduit the newer is taken") {
  auto const registry = std::make_shared<SessionRegistry>(Rulebook::spec);
  AcceptorBuilder acceptor;
  acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>()).registry(registry);
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const results = std::make_shared<std::vector<AcceptResult>>();
    auto const options_with = [](std::optional<wire::ClientHello> const& hello) {
      return rpc::EstablishmentOptions{.handshake = {.rulebook = Rulebook::spec, .service = "Echo"},
                                       .mode = ConduitMode::stable,
                                       .stable_resume = hello,
                                       .link = 1};
    };
    auto const first = link_to(executor, acceptor, results);
    auto options = options_with(std::nullopt);
    auto const begun = co_await set_up_link(first, std::move(options));
    REQUIRE(begun);
    auto const hello = std::get<rpc::NewSession>(begun->outcome).stable->client_hello();
    auto const older = link_to(executor, acceptor, results);
    co_await turns();
    auto const newer = link_to(executor, acceptor, results);
    options = options_with(hello);
    CHECK(co_await set_up_link(newer, std::move(options)));
    options = options_with(hello);
    CHECK_FALSE(co_await set_up_link(older, std::move(options)));
    auto const& them = std::get<Established>(*results->front());
    CHECK(them.session.state() == session::SessionState::connected);
    while (results->size() < 3)
      co_await turns(1);
    CHECK((*results)[1]);
    CHECK_FALSE((*results)[2]);
    newer->close();
    results->clear();  // Handles must not outlive their context.
  });
}

TEST_CASE("a session that ends before its dial begins leaves nothing behind") {
  AcceptorBuilder acceptor;
  acceptor.service("Echo").on_connection(std::make_shared<EchoHandler>());
  asio::io_context context;  // outlives all handles
  auto const source = std::make_shared<net::test::AcceptorSource>(acceptor);
  InitiatorBuilder initiator;
  initiator.service("Echo");
  link::test::run(context, [&]() -> asio::awaitable<void> {
    for (int hops = 0; hops < 12; ++hops) {
      auto const us = co_await initiator.establish_from(source);
      REQUIRE(us);
      source->cut();
      co_await turns(hops);
      us->session.shutdown();
      static_cast<void>(co_await us->session.ended());
      co_await turns();
    }
  });
}

// Fails to accept, for want of descriptors, and then gives its links.
class PoorListener final : public link::Listener {
 public:
  explicit PoorListener(std::deque<std::unique_ptr<link::Link>> links) : links_{std::move(links)} {}
  asio::awaitable<std::expected<std::unique_ptr<link::Link>, link::LinkEnd>> accept() override {
    if (failures_ > 0) {
      --failures_;
      co_return std::unexpected(
          link::LinkEnd{.kind = link::LinkEndKind::error, .detail = "Too many open files"});
    }
    if (links_.empty()) {
      co_return std::unexpected(
          link::LinkEnd{.kind = link::LinkEndKind::stopped, .detail = "no more"});
    }
    auto link = std::move(links_.front());
    links_.pop_front();
    co_return std::move(link);
  }
  [[nodiscard]] link::Address address() const override { return {}; }
  void close() override {}

 private:
  std::deque<std::unique_ptr<link::Link>> links_;
  int failures_ = 2;
};

TEST_CASE("a server goes on after it could not accept a link, and whatever its callbacks throw") {
  asio::io_context context;
  link::test::run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto pair = link::make_memory_links(executor);
    std::deque<std::unique_ptr<link::Link>> links;
    links.push_back(std::move(pair.second));
    PoorListener listener{std::move(links)};
    std::vector<std::string> lines;
    AcceptorBuilder acceptor;
    acceptor.service("Echo")
        .on_connection(std::make_shared<EchoHandler>())
        .log([&](std::string_view line) { lines.emplace_back(line); });
    ServeEvents events{.on_session = [](Established const&) { throw std::runtime_error{"no"}; }};
    auto const end = co_await serve(listener, acceptor, std::move(events));
    CHECK(end.kind == link::LinkEndKind::stopped);
    InitiatorBuilder initiator;
    initiator.service("Echo");
    auto const us = co_await initiator.establish_on(std::move(pair.first));
    REQUIRE(us);
    CHECK(co_await echo(us->root, "x") == "x");
    CHECK(lines == std::vector<std::string>{"no link is accepted for a while: Too many open files",
                                            "no link is accepted for a while: Too many open files",
                                            "a server's callback threw: no"});
  });
}

TEST_SUITE_END();

}  // namespace
