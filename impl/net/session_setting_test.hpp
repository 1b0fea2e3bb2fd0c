#pragma once
// A pair of sessions over a memory link, and calls whose outcome is asked for later.
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace vox::net::test {

inline constexpr ConnectionSettings odd{.parity = Parity::odd, .max_concurrent_requests = 64};

// A pair of sessions in which both serve Echo, and whatever a test wants to look at.
struct Setting {
  explicit Setting(Rulebook rulebook = Rulebook::spec) {
    auto const log = [this](std::string_view line) { lines.emplace_back(line); };
    initiator.rulebook(rulebook).service("Echo").on_connection(ours).log(log);
    acceptor.rulebook(rulebook).service("Echo").on_connection(theirs).log(log);
  }
  // Runs the test on an established pair.
  template <class Body>
  void with_pair(Body body) {
    vox::link::test::run(context, [&]() -> boost::asio::awaitable<void> {
      auto const pair = co_await establish_pair(initiator, acceptor);
      REQUIRE(pair.initiator);
      REQUIRE(pair.acceptor);
      co_await body(*pair.initiator, *pair.acceptor);
    });
  }

  boost::asio::io_context context;
  std::shared_ptr<EchoHandler> ours = std::make_shared<EchoHandler>("ours");
  std::shared_ptr<EchoHandler> theirs = std::make_shared<EchoHandler>("theirs");
  InitiatorBuilder initiator;
  AcceptorBuilder acceptor;
  std::vector<std::string> lines;
};

// Accepts a session on the link and lets it run.
inline boost::asio::awaitable<void> serve_until_its_end(AcceptorBuilder acceptor,
                                                        std::unique_ptr<link::Link> link) {
  auto const established = co_await acceptor.establish_on(std::move(link));
  if (established) static_cast<void>(co_await established->session.ended());
}

// Asks for a virtual connection.
inline boost::asio::awaitable<std::expected<Connection, session::SessionError>> open(
    SessionHandle const& session, std::shared_ptr<Handler> handler = nullptr) {
  std::string const service = "Echo";
  wire::Metadata const metadata;
  return session.open(odd, service, metadata, std::move(handler));
}

// Gives the outcome of one call to whoever asks for it later.
struct Calling {
  explicit Calling(boost::asio::any_io_executor const& executor) : answer{executor} {}

  static std::shared_ptr<Calling> begin(boost::asio::any_io_executor const& executor,
                                        Connection const& connection) {
    auto calling = std::make_shared<Calling>(executor);
    boost::asio::co_spawn(executor, run(calling, connection),
                          boost::asio::bind_cancellation_slot(
                              calling->stop.slot(), [calling](std::exception_ptr const& thrown) {
                                if (thrown) calling->answer.set("cancelled");
                              }));
    return calling;
  }

  boost::asio::cancellation_signal stop;
  Promise<std::string> answer;

 private:
  static boost::asio::awaitable<void> run(std::shared_ptr<Calling> calling, Connection connection) {
    calling->answer.set(co_await echo(connection, "x"));
  }
};

}  // namespace vox::net::test
