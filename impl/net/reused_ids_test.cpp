// What becomes of handles and decisions when a peer uses the id of a connection again.
#include "impl/link/link_test.hpp"
#include "impl/net/session_setting_test.hpp"
#include "impl/net/session_test.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/postcard.hpp"

#include <boost/asio/detached.hpp>

#include <deque>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using net::test::echo;
using net::test::serve_until_its_end;
using net::test::Setting;
using net::test::turns;

// A link on which a test says messages of its own, ahead of what its session says next.
class TappedLink final : public link::test::PassingLink {
 public:
  using PassingLink::PassingLink;

  template <class Payload>
  void say(session::ConnectionId id, Payload payload) {
    auto& buffer = write_buffer();
    buffer.begin().append(
        wire::encode_message(wire::Message{.connection_id = id, .payload = payload}));
    static_cast<void>(buffer.commit());
  }
  void open(session::ConnectionId id) {
    wire::Metadata const service{{.key = session::key::service, .value = std::string_view{"Echo"}}};
    say(id, wire::ConnectionOpen{.connection_settings = net::test::odd, .metadata = service});
  }
  void close(session::ConnectionId id) { say(id, wire::ConnectionClose{}); }
  using PassingLink::close;
};

// An acceptor that keeps the questions, and an initiator that lets ids be used behind its back: the
// one of 0.4.0 passes over what it knows nothing of.
struct Questions {
  Questions() {
    setting.initiator.rulebook(Rulebook::vox_0_4);
    setting.acceptor.on_connection(Acceptor::Function{
        [this](session::ConnectionRequest const& request, PendingConnection pending) {
          if (request.is_root()) {
            std::move(pending).handle_with(setting.theirs);
          } else {
            kept.push_back(std::move(pending));
          }
        }});
  }
  template <class Body>
  void run(Body body) {
    link::test::run(setting.context, [&]() -> asio::awaitable<void> {
      auto const executor = co_await asio::this_coro::executor;
      auto links = link::make_memory_links(executor);
      auto tapped = std::make_unique<TappedLink>(std::move(links.first));
      auto& tap = *tapped;
      asio::co_spawn(executor, serve_until_its_end(setting.acceptor, std::move(links.second)),
                     asio::detached);
      auto const us = co_await setting.initiator.establish_on(std::move(tapped), ConduitMode::bare);
      REQUIRE(us);
      co_await body(*us, tap);
      kept.clear();
    });
  }

  Setting setting;
  std::deque<PendingConnection> kept;
};

TEST_SUITE_BEGIN("net");

TEST_CASE(
    "r[connection.open] what is held of a closed connection does nothing to the next one of "
    "its id") {
  Questions questions;
  questions.run([&](Established const& us, TappedLink& tap) -> asio::awaitable<void> {
    auto& kept = questions.kept;
    tap.open(1);
    CHECK(co_await echo(us.root, "x") == "theirs");
    tap.close(1);
    tap.open(1);
    CHECK(co_await echo(us.root, "x") == "theirs");
    REQUIRE(kept.size() == 2);
    CHECK_FALSE(std::move(kept[0]).into_connection());
    auto first = std::move(kept[1]).into_connection();
    REQUIRE(first);
    co_await turns();
    CHECK(first->is_open());
    tap.close(1);
    tap.open(1);
    CHECK(co_await echo(us.root, "x") == "theirs");
    REQUIRE(kept.size() == 3);
    auto const second = std::move(kept[2]).into_connection();
    REQUIRE(second);
    co_await turns();
    CHECK(second->is_open());
    CHECK_FALSE(first->is_open());
    CHECK(co_await echo(*first, "x") == "connection_closed");
    CHECK_FALSE(first->close());
    CHECK_FALSE(first->make_channel(net::test::echo_method(), 0));
    co_await first->closed();
    first.reset();
    co_await turns();
    CHECK(second->is_open());
  });
}

TEST_CASE(
    "r[core.Y1] the next connection of an id is joined anew, and the old one's end is its own") {
  Questions questions;
  Setting back;
  questions.run([&](Established const& us, TappedLink& tap) -> asio::awaitable<void> {
    auto const far = co_await net::test::establish_pair(back.initiator, back.acceptor);
    REQUIRE(far.initiator);
    std::vector<Connection> upstreams;
    for (std::size_t use = 0; use < 2; ++use) {
      upstreams.push_back((co_await net::test::open(far.initiator->session)).value());
      tap.open(1);
      CHECK(co_await echo(us.root, "x") == "theirs");
      REQUIRE(questions.kept.size() == use + 1);
      REQUIRE(std::move(questions.kept[use]).proxy_to(upstreams.back()));
      if (use == 0) tap.close(1);
    }
    auto const& method = net::test::echo_method();
    auto const schemas = schema::encode(*method.args_schemas());
    auto const arguments = wire::encode_value(std::tuple{std::string{"through"}});
    tap.say(1, wire::RequestMessage{.id = 1,
                                    .body = wire::Call{.method_id = method.id(),
                                                       .metadata = {},
                                                       .args = arguments,
                                                       .schemas = schemas}});
    CHECK(co_await echo(us.root, "x") == "theirs");
    while (back.theirs->called.empty())
      co_await turns(1);
    CHECK(back.theirs->called == std::vector<std::string>{"through"});
    CHECK(back.theirs->closed == std::vector<session::ConnectionId>{upstreams[0].id()});
    CHECK_FALSE(upstreams[0].is_open());
    CHECK(upstreams[1].is_open());
  });
}

TEST_CASE("a decision about a connection that is gone leaves nothing behind") {
  Questions questions;
  questions.run([&](Established const& us, TappedLink& tap) -> asio::awaitable<void> {
    tap.open(1);
    tap.close(1);
    CHECK(co_await echo(us.root, "x") == "theirs");
    REQUIRE(questions.kept.size() == 1);
    auto const late = std::move(questions.kept[0]).into_connection();
    REQUIRE(late);
    CHECK_FALSE(late->is_open());
    co_await late->closed();
  });
}

}  // namespace
