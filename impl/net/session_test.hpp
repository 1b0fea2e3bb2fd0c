#pragma once
// Helpers for the tests of running sessions: a service that echoes, and sessions over memory links.
#include "impl/link/memory_link.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/promise.hpp"
#include "impl/net/request_handler.hpp"
#include "impl/net/session_builder.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vox::net::test {

inline constexpr session::MethodId echo_method = 7;

// Answers every call with the text that it carries, or with its name if it has one; while it is
// told to hold, it keeps the calls instead.
class EchoHandler final : public RequestHandler {
 public:
  explicit EchoHandler(std::string name = {}) : name_{std::move(name)} {}

  void on_call(IncomingCall const& call, Responder responder) override;
  void on_cancel(session::ConnectionId id, session::RequestId request_id) override;
  void on_closed(session::ConnectionId id) override { closed.push_back(id); }

  bool holds = false;
  std::deque<Responder> held;
  std::vector<session::RequestId> called;
  std::vector<session::RequestId> cancelled;
  std::vector<session::ConnectionId> closed;

 private:
  std::string name_;
};

// A call of the echo method, and what came of it: the text, or why there is none.
[[nodiscard]] OutgoingCall echo_call(std::string_view text);
[[nodiscard]] std::string spell(CallOutcome const& outcome);
[[nodiscard]] boost::asio::awaitable<std::string> echo(ConnectionHandle connection,
                                                       std::string text);

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

  boost::asio::awaitable<std::expected<std::unique_ptr<Link>, session::SessionError>> next()
      override;
  // Breaks the link that was given last.
  void cut() { last_->abort(); }

  std::deque<session::SessionError> failures;
  std::vector<AcceptResult> accepted;
  std::size_t asked = 0;

 private:
  boost::asio::awaitable<void> serve(std::unique_ptr<Link> link);

  AcceptorBuilder acceptor_;
  Link* last_ = nullptr;
};

}  // namespace vox::net::test
