#pragma once
// Helpers for the tests of running sessions: a service that echoes, and sessions over memory links.
#include "impl/link/memory_link.hpp"
#include "impl/net/handler.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/promise.hpp"
#include "impl/net/session_builder.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vox::net::test {

// Service "Echo" with the method echo(text) -> text, an idempotent and a persistent one of the
// kind.
[[nodiscard]] rpc::Service const& echo_service();
[[nodiscard]] rpc::Method const& echo_method();
[[nodiscard]] rpc::Method const& idempotent_echo_method();
[[nodiscard]] rpc::Method const& persistent_echo_method();

// Answers every call with the text that it carries, or with its name if it has one; while it is
// told to hold, it answers nothing.
class EchoHandler final : public Handler {
 public:
  explicit EchoHandler(std::string name = {}) : name_{std::move(name)} {}

  [[nodiscard]] rpc::Service const& service() const override { return echo_service(); }
  boost::asio::awaitable<Response> handle(IncomingCall call) override;
  void on_closed(session::ConnectionId id) override { closed.push_back(id); }
  // Goes on with everything that is held: answers it, or lets the handlers throw.
  void release(bool throws = false);

  bool holds = false;
  std::size_t held = 0;
  std::vector<std::string> called;  // the texts
  std::size_t cancelled = 0;
  std::vector<session::ConnectionId> closed;

 private:
  std::string name_;
  std::shared_ptr<Promise<bool>> release_;
};

// A call of the echo method, and what came of it: the text, or why there is none.
[[nodiscard]] OutgoingCall echo_call(std::string_view text,
                                     rpc::Method const& method = echo_method());
[[nodiscard]] std::string spell(rpc::CallOutcome const& outcome);
[[nodiscard]] boost::asio::awaitable<std::string> echo(Connection connection, std::string text,
                                                       rpc::Method const& method = echo_method());

// Lets everything that is ready run.
[[nodiscard]] boost::asio::awaitable<void> turns(int count = 20);

// Both ends of one session.
struct SessionPair {
  SessionResult initiator;
  SessionResult acceptor;
};
[[nodiscard]] boost::asio::awaitable<SessionPair> establish_pair(
    InitiatorBuilder initiator, AcceptorBuilder acceptor, ConduitMode mode = ConduitMode::bare);

// Gives links to an acceptor of its own. What comes before a link in `failures` fails instead.
class AcceptorSource final : public LinkSource {
 public:
  explicit AcceptorSource(AcceptorBuilder acceptor) : acceptor_{std::move(acceptor)} {}

  boost::asio::awaitable<Next> next() override;
  // The next links are another acceptor's, as after a restart of its process.
  void restart(AcceptorBuilder acceptor) { acceptor_ = std::move(acceptor); }
  // Breaks the link that was given last, if it is still there.
  void cut();

  std::deque<session::SessionError> failures;
  std::vector<AcceptResult> accepted;
  std::size_t asked = 0;

 private:
  boost::asio::awaitable<void> serve(std::unique_ptr<link::Link> link);

  AcceptorBuilder acceptor_;
  std::shared_ptr<std::function<void()>> cut_;
};

}  // namespace vox::net::test
