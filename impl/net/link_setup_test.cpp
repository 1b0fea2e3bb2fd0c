#include "impl/net/link_setup.hpp"

#include "impl/link/link_test.hpp"
#include "impl/link/listener.hpp"
#include "impl/link/memory_link.hpp"
#include "impl/net/session_test.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/prologue.hpp"

#include <boost/asio/detached.hpp>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using link::test::run;

// What an initiator or acceptor makes of the link whose far end `peer` plays.
enum class Side { initiator, acceptor };
using Peer = asio::awaitable<void> (*)(link::Link&);

asio::awaitable<void> play(Peer peer, std::unique_ptr<link::Link> link,
                           std::shared_ptr<Promise<bool>> done) {
  co_await peer(*link);
  done->set(true);
  // The link stays open until the other side has had its say.
  static_cast<void>(co_await link->receive());
}

asio::awaitable<std::string> error_of(Side side, Peer peer, Rulebook rulebook) {
  auto const executor = co_await asio::this_coro::executor;
  auto links = link::make_memory_links(executor);
  auto const done = std::make_shared<Promise<bool>>(executor);
  asio::co_spawn(executor, play(peer, std::move(links.second), done), asio::detached);
  rpc::EstablishmentOptions options{
      .handshake = {.role = side == Side::initiator ? Role::initiator : Role::acceptor,
                    .rulebook = rulebook}};
  std::shared_ptr<link::Link> shared{std::move(links.first)};
  auto const outcome = co_await set_up_link(std::move(shared), std::move(options));
  co_await done->get();
  co_return outcome ? "established" : outcome.error().text();
}

std::string error_against(Side side, Peer peer, Rulebook rulebook = Rulebook::spec) {
  asio::io_context context;
  std::string error;
  run(context, [&]() -> asio::awaitable<void> { error = co_await error_of(side, peer, rulebook); });
  return error;
}

asio::awaitable<void> say(link::Link& link, ByteView payload) {
  auto const owned = to_bytes(payload);
  CHECK(co_await link.send(owned));
}

asio::awaitable<void> leave(link::Link& link) {
  link.close();
  co_return;
}

asio::awaitable<void> answer_stable(link::Link& link) {
  static_cast<void>(co_await link.receive());
  auto const accept = wire::encode_prologue(wire::TransportAccept{.mode = ConduitMode::stable});
  co_await say(link, accept);
}

asio::awaitable<void> reject_mode(link::Link& link) {
  static_cast<void>(co_await link.receive());
  auto const reject = wire::encode_prologue(wire::TransportReject{});
  co_await say(link, reject);
}

asio::awaitable<void> accept_and_leave(link::Link& link) {
  static_cast<void>(co_await link.receive());
  auto const accept = wire::encode_prologue(wire::TransportAccept{});
  co_await say(link, accept);
  static_cast<void>(co_await link.receive());
  link.close();
}

// A hello that asks for a mode which nobody has.
auto const hello_for_mode_2 = from_hex("564f544809020000").value();

asio::awaitable<void> ask_for_mode_2(link::Link& link) {
  co_await say(link, hello_for_mode_2);
  auto const answer = co_await link.receive();
  REQUIRE(answer);
  auto const message = wire::decode_prologue(answer->view());
  REQUIRE(message);
  CHECK(std::holds_alternative<wire::TransportReject>(*message));
}

asio::awaitable<void> ask_0_4_0_for_mode_2(link::Link& link) {
  co_await say(link, hello_for_mode_2);
  CHECK_FALSE(co_await link.receive());
}

asio::awaitable<void> say_nonsense(link::Link& link) {
  co_await say(link, as_bytes("GET / HTTP/1.1"));
}

asio::awaitable<void> say_too_much(link::Link& link) {
  Bytes const payload(Limits{}.establishment_bytes_max + 1);
  co_await say(link, payload);
}

TEST_SUITE_BEGIN("net");

TEST_CASE(
    "r[transport.prologue.no-fallback] an initiator takes the mode that it asked for, or none") {
  CHECK(error_against(Side::initiator, answer_stable) ==
        "protocol error: transport selected Stable, requested Bare");
  CHECK(error_against(Side::initiator, reject_mode) ==
        "protocol error: transport rejected: unsupported conduit mode");
}

TEST_CASE("r[transport.prologue.reject-close] an acceptor refuses a mode that it does not know") {
  CHECK(error_against(Side::acceptor, ask_for_mode_2) == "protocol error: unknown conduit mode 2");
  CHECK(error_against(Side::acceptor, ask_0_4_0_for_mode_2, Rulebook::vox_0_4) ==
        "protocol error: unknown conduit mode 2");
}

TEST_CASE("r[transport.prologue.request] what is no transport hello gets no answer") {
  CHECK(error_against(Side::acceptor, say_nonsense) ==
        "protocol error: transport prologue message size mismatch");
}

TEST_CASE("r[core.E1] a peer that leaves early is a protocol error that says when") {
  CHECK(error_against(Side::initiator, leave) == "io error: the other end no longer receives");
  CHECK(error_against(Side::acceptor, leave) ==
        "protocol error: link closed during transport prologue");
  CHECK(error_against(Side::initiator, accept_and_leave) ==
        "protocol error: peer closed during handshake");
}

TEST_CASE("a payload above the limit of an establishment fails it before any of it is read") {
  CHECK(error_against(Side::acceptor, say_too_much) ==
        "protocol error: a payload of 1048577 bytes is above the limit of 1048576 before the "
        "session is established");
  asio::io_context context;
  run(context, [&]() -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const listener = link::listen(executor, link::Address::parse("tcp://127.0.0.1:0").value());
    REQUIRE(listener);
    auto const peer = co_await link::connect((*listener)->address());
    REQUIRE(peer);
    auto accepted = co_await (*listener)->accept();
    REQUIRE(accepted);
    CHECK(co_await (*peer)->send_raw(from_hex("01001000").value()));  // a length, and no more
    rpc::EstablishmentOptions options{.handshake = {.role = Role::acceptor}};
    std::shared_ptr<link::Link> shared{std::move(*accepted)};
    auto const outcome = co_await set_up_link(std::move(shared), std::move(options));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().text() ==
          "protocol error: a frame of 1048577 bytes exceeds the limit of 1048576 before the "
          "session is established");
  });
}

TEST_CASE("a session takes payloads up to its own limit, whatever its link would take") {
  for (auto const mode : {ConduitMode::bare, ConduitMode::stable}) {
    asio::io_context context;
    run(context, [&]() -> asio::awaitable<void> {
      Limits limits;
      limits.frame_bytes_max = 3uz << 20;
      limits.establishment_bytes_max = 100'000;
      auto const handler = std::make_shared<net::test::EchoHandler>("acceptor");
      InitiatorBuilder initiator;
      AcceptorBuilder acceptor;
      initiator.service("Echo");
      acceptor.service("Echo").on_connection(handler).limits(limits);
      auto const pair = co_await net::test::establish_pair(initiator, acceptor, mode);
      REQUIRE(pair.initiator);
      REQUIRE(pair.acceptor);
      std::string text(2uz << 20, 'x');
      CHECK(co_await net::test::echo(pair.initiator->root, text) == "acceptor");
      text.resize(4uz << 20, 'x');
      CHECK(co_await net::test::echo(pair.initiator->root, text) != "acceptor");
      CHECK(handler->called.size() == 1);
    });
  }
}

TEST_CASE("r[transport.prologue] r[stable.handshake] both ends come to agree, in either mode") {
  for (auto const mode : {ConduitMode::bare, ConduitMode::stable}) {
    for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec}) {
      asio::io_context context;
      run(context, [&]() -> asio::awaitable<void> {
        InitiatorBuilder initiator;
        AcceptorBuilder acceptor;
        initiator.rulebook(rulebook).service("Echo").on_connection(
            std::make_shared<net::test::EchoHandler>("initiator"));
        acceptor.rulebook(rulebook).service("Echo").on_connection(
            std::make_shared<net::test::EchoHandler>("acceptor"));
        auto const pair = co_await net::test::establish_pair(initiator, acceptor, mode);
        REQUIRE(pair.initiator);
        REQUIRE(pair.acceptor);
        CHECK(co_await net::test::echo(pair.initiator->root, "hello") == "acceptor");
        CHECK(co_await net::test::echo(pair.acceptor->root, "hello") == "initiator");
        CHECK(pair.initiator->session.resume_key() == pair.acceptor->session.resume_key());
      });
    }
  }
}

TEST_SUITE_END();

}  // namespace
